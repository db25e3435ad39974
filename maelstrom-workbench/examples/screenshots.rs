//! Makes the pictures of reports that the README shows: `docs/images/{valid,invalid,large}.png`.
//!
//! `cargo run -p maelstrom-workbench --example screenshots`; it needs chromium and chromedriver on the PATH.

#[path = "../tests/shown_runs/mod.rs"]
mod shown_runs;
#[path = "../tests/webdriver/mod.rs"]
mod webdriver;

use std::{error::Error, fs, path::Path};

use maelstrom_workbench::visual::{About, Data};

use webdriver::{Browser, Driver, Programs};

/// What the window of a reader may have.
const SIZE: (u32, u32) = (1200, 900);
/// A README that takes long to load is not read. In bytes.
const MOST: usize = 300_000;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("it is in a workspace")?;
    let folder = root.join("docs/images");
    fs::create_dir_all(&folder)?;
    let driver = Driver::start(&Programs::find()?)?;
    let browser = driver.open()?;
    browser.resize(SIZE.0, SIZE.1)?;
    // What is shown of each: a third of a second of gossip; the evidence; how one value came to all nodes, without the
    // thousands of other messages, of which a picture would be large.
    let valid = "time.show(2e6, 2.3e6); by('time').scrollIntoView();";
    let invalid = "by('proof').scrollIntoView();";
    let large = "by('value').value = 500;
        by('value').dispatchEvent(new Event('change'));
        by('only').click();
        time.show(9.91e6, 10.03e6);
        by('time').scrollIntoView();";
    let pictures = [
        ("valid", shown_runs::valid(), valid),
        ("invalid", shown_runs::tiring(), invalid),
        ("large", Data::new(&shown_runs::gossip(25, 20), About::new("broadcast")), large),
    ];
    for (name, data, script) in pictures {
        let picture = picture(&browser, data, script)?;
        if picture.len() > MOST {
            return Err(format!("{name}.png has {} kB", picture.len() / 1_000).into());
        }
        let path = folder.join(name).with_extension("png");
        fs::write(&path, &picture)?;
        println!("{} has {} kB", path.display(), picture.len() / 1_000);
    }
    Ok(())
}

/// A report as it is seen after a script has run in it.
fn picture(browser: &Browser<'_>, data: Data, script: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let report = browser.folder().join("report.html");
    fs::write(&report, data.page())?;
    browser.go_to_file(&report)?;
    browser.wait_for("document.body.dataset.ready === 'yes'")?;
    browser.run(script, &serde_json::json!([]))?;
    browser.wait_for("!time.isMoving")?;
    browser.wait_for_frames(2)?;
    Ok(browser.screenshot()?)
}
