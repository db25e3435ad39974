//! One file that draws the data: no network, no server.

use askama::Template;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use miniz_oxide::deflate::compress_to_vec;

use super::Data;

/// No page is greater, in bytes.
pub const MOST_BYTES: usize = 5_000_000;
/// Higher ones take twice the time, and save a tenth.
const LEVEL: u8 = 4;

/// What nodes and clients wrote is in `data` only, which is compressed and in base64; the script shows it as text.
#[derive(Template)]
#[template(path = "report.html")]
struct Page<'p> {
    workload: &'p str,
    style: &'static str,
    script: &'static str,
    data: &'p str,
}

impl Data {
    /// The report as HTML. It needs nothing else, and is never greater than [`MOST_BYTES`]: what is too much is left out,
    /// and it says so.
    pub fn page(mut self) -> String {
        loop {
            let data = self.packed();
            if data.len() < MOST_BYTES - 100_000 || self.messages.is_empty() && self.operations.is_empty() {
                return self.around(&data);
            }
            self.thin();
        }
    }

    fn packed(&self) -> String {
        let json = serde_json::to_vec(self).expect("it has nothing that JSON can't hold");
        STANDARD.encode(compress_to_vec(&json, LEVEL))
    }

    fn around(&self, data: &str) -> String {
        let script = concat!(
            include_str!("../../templates/base.js"),
            include_str!("../../templates/canvas.js"),
            include_str!("../../templates/messages.js"),
            include_str!("../../templates/lamport.js"),
            include_str!("../../templates/charts.js"),
            include_str!("../../templates/values.js"),
            include_str!("../../templates/way.js"),
            include_str!("../../templates/spread.js"),
            include_str!("../../templates/evidence.js"),
            include_str!("../../templates/story.js"),
            include_str!("../../templates/report.js"),
        );
        let style = include_str!("../../templates/report.css");
        let page = Page { workload: &self.about.workload, style, script, data };
        page.render().expect("strings take all")
    }
}
