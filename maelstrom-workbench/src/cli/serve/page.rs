//! The page that lists runs.

use std::{
    fs,
    path::{Path, PathBuf},
};

use maelstrom_workbench::{Value, results::is_going_on};

use super::{
    super::{closing::at, stored::verdict},
    live,
};

pub(super) const TYPE: &str = "text/html; charset=utf-8";
/// The page's own script and style, the page itself when it looks for what is new, and nothing from anywhere else.
pub(super) const POLICY: &str =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'";

/// What people look for first, if a run has it.
const FILES: [&str; 8] = [
    "report.html",
    "results.json",
    "history.jsonl",
    "schedule.json",
    "journal.jsonl",
    "timeline.html",
    "latency.svg",
    "messages.svg",
];

const HEAD: &str = include_str!("head.html");

const SCRIPT: &str = include_str!("script.html");

/// The page, the latest run first.
pub(super) fn page(store: &Path) -> String {
    let mut runs = runs(store);
    runs.sort_by(|a, b| b.file_name().cmp(&a.file_name()));
    let mut out = HEAD.to_owned();
    for name in ["Workload", "Time", "Verdict", "Seed", "Options", "Files"] {
        out.extend(["<th><button>", name, "</button>"]);
    }
    out.push_str("<tbody>\n");
    out.extend(runs.iter().map(|run| row(store, run)));
    out.push_str("</table>\n");
    out.push_str(SCRIPT);
    out
}

/// The folders of runs. Links, such as `latest`, would list them twice.
fn runs(store: &Path) -> Vec<PathBuf> {
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect()
    };
    folders(store).iter().flat_map(|workload| folders(workload)).collect()
}

fn row(store: &Path, run: &Path) -> String {
    // The file is opened as any other: also here no link leads out of the store.
    let own = |name: &str| run.join(name).canonicalize().ok().filter(|file| file.starts_with(store));
    let results = own("results.json").and_then(|file| fs::read_to_string(file).ok());
    let results: Option<Value> = results.and_then(|text| text.parse().ok());
    let told = match &results {
        Some(results) => verdict(results).to_string(),
        None if is_going_on(run) => "running".to_owned(),
        None => "no results".to_owned(),
    };
    // A run without results has its report made when somebody asks.
    let beginning = own("run.json").filter(|_| results.is_none());
    let is_live = beginning.is_some();
    // Of what was known from the beginning on, seed and options have the same names.
    let beginning = beginning.and_then(|file| fs::read_to_string(file).ok()?.parse().ok());
    let results = results.or(beginning);
    let seed =
        results.as_ref().and_then(|results| results.get("seed")).map(Value::to_string).unwrap_or_default();
    let options =
        results.as_ref().and_then(|results| at(results, &["options"])).map(options).unwrap_or_default();
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
    };
    let (workload, time) = (name(run.parent()), name(Some(run)));
    let links: Vec<String> = FILES
        .iter()
        .filter(|file| own(file).is_some() || is_live && **file == live::REPORT)
        .map(|file| format!(r#"<a href="/{}/{}/{file}">{file}</a>"#, escaped(&workload), escaped(&time)))
        .collect();
    format!(
        "<tr data-verdict=\"{0}\"><td>{1}<td>{2}<td class=\"{0}\">{0}<td>{3}<td class=options>{4}<td>{5}\n",
        told,
        text(&workload),
        text(&time),
        text(&seed),
        text(&options),
        links.join(" ")
    )
}

/// `rate 20.0, nodes n1 n2`: those that are set, but for the workload, which stands in front.
fn options(options: &Value) -> String {
    let Value::Object(options) = options else { return String::new() };
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let words = |value: &Value| match value.as_list() {
        Some(list) => list.iter().map(word).collect::<Vec<_>>().join(" "),
        None => word(value),
    };
    let is_set =
        |value: &Value| !value.is_null() && *value != Value::Bool(false) && value.as_list() != Some(&[]);
    let set = options.iter().filter(|(name, value)| *name != "workload" && is_set(value));
    set.map(|(name, value)| format!("{name} {}", words(value))).collect::<Vec<_>>().join(", ")
}

/// As text in a page.
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// As a part of an address.
fn escaped(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
