//! A real browser, driven as WebDriver says (<https://www.w3.org/TR/webdriver2/>): `chromedriver` is asked over HTTP, on
//! this machine, and asks Chromium.
//!
//! The crates for this bring an asynchronous runtime and a hundred others. It takes a dozen requests of JSON.

#![allow(dead_code)]

pub(crate) mod input;

use std::{
    env, fmt, fs,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{self, Child, ChildStdout, Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use input::Action;

/// Names of the browser, on one system or another.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
/// It draws without a screen, runs as root, as in containers, and asks nobody for anything.
const FLAGS: [&str; 10] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--force-device-scale-factor=1",
];
/// After so long a page is taken to hang. In ms; the machine may have much else to do.
const PATIENCE: u32 = 300_000;

/// Where the two programs are.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    browser: PathBuf,
    driver: PathBuf,
}

impl Programs {
    /// Looks for them on the `PATH`, or says what is not there.
    pub(crate) fn find() -> Result<Self, String> {
        let driver = on_path("chromedriver").ok_or("no chromedriver on the PATH")?;
        let browser = BROWSERS.iter().find_map(|name| on_path(name)).ok_or("no chromium on the PATH")?;
        Ok(Self { browser, driver })
    }
}

fn on_path(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// What the browser or its driver said to a request that it did not fulfil.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

type Result<T, E = Failure> = std::result::Result<T, E>;

/// A driver of browsers, until it is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    process: Child,
    address: String,
    browser: PathBuf,
    /// What browsers remember, and what they forget to remove.
    folder: PathBuf,
    /// Kept open, so that it can go on to write.
    stdout: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts it on a free port.
    pub(crate) fn start(programs: &Programs) -> io::Result<Self> {
        let folder = env::temp_dir().join(format!("maelstrom-browser-{}", process::id()));
        fs::create_dir_all(&folder)?;
        let mut command = Command::new(&programs.driver);
        command.arg("--port=0").env("TMPDIR", &folder);
        let mut process =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let stdout = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut driver =
            Self { process, address: String::new(), browser: programs.browser.clone(), folder, stdout };
        let port = driver.port()?;
        driver.address = format!("http://127.0.0.1:{port}");
        Ok(driver)
    }

    /// Waits until it says where it listens.
    fn port(&mut self) -> io::Result<u16> {
        let mut line = String::new();
        while self.stdout.read_line(&mut line)? > 0 {
            let said = line.trim_end().trim_end_matches('.').rsplit_once("successfully on port ");
            if let Some(port) = said.and_then(|(_, port)| port.parse().ok()) {
                return Ok(port);
            }
            line.clear();
        }
        Err(io::Error::other("chromedriver did not say its port"))
    }

    /// Opens a browser of its own, with nothing remembered.
    pub(crate) fn open(&self) -> Result<Browser<'_>> {
        let options = json!({"binary": self.browser, "args": FLAGS});
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL"},
            "timeouts": {"script": PATIENCE, "pageLoad": PATIENCE},
            // An alert stays, so that it is seen.
            "unhandledPromptBehavior": "ignore",
        });
        let answer = self.post("/session", &json!({"capabilities": {"alwaysMatch": capabilities}}))?;
        let id = answer["sessionId"].as_str().ok_or_else(|| Failure(format!("{answer} has no session")))?;
        Ok(Browser { driver: self, path: format!("/session/{id}") })
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let request = minreq::post(format!("{}{path}", self.address)).with_json(body);
        value(path, request.and_then(minreq::Request::send))
    }

    fn get(&self, path: &str) -> Result<Value> {
        value(path, minreq::get(format!("{}{path}", self.address)).send())
    }

    fn delete(&self, path: &str) -> Result<Value> {
        value(path, minreq::delete(format!("{}{path}", self.address)).send())
    }
}

/// What an answer has, or the error that it tells.
fn value(path: &str, answer: Result<minreq::Response, minreq::Error>) -> Result<Value> {
    let answer = answer.and_then(|answer| answer.json::<Value>());
    let mut answer = answer.map_err(|error| Failure(format!("{path}: {error}")))?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(Failure(format!("{path}: {error}: {}", value["message"].as_str().unwrap_or("")))),
        None => Ok(value),
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A browser with one page, until it is dropped.
#[derive(Debug)]
pub(crate) struct Browser<'d> {
    driver: &'d Driver,
    path: String,
}

/// A message of the page's console.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// `INFO`, `WARNING` or `SEVERE`.
    pub(crate) level: String,
    pub(crate) text: String,
}

impl Browser<'_> {
    fn post(&self, command: &str, body: &Value) -> Result<Value> {
        self.driver.post(&format!("{}/{command}", self.path), body)
    }

    /// Goes to a page, and returns when it is loaded.
    pub(crate) fn go(&self, address: &str) -> Result<()> {
        self.post("url", &json!({"url": address})).map(drop)
    }

    /// Opens a file.
    pub(crate) fn go_to_file(&self, path: &Path) -> Result<()> {
        self.go(&format!("file://{}", path.display()))
    }

    /// What the body of a function returns, run in the page with these `arguments`.
    pub(crate) fn run(&self, body: &str, arguments: &Value) -> Result<Value> {
        self.post("execute/sync", &json!({"script": body, "args": arguments}))
    }

    /// The value of an expression, once it is there.
    pub(crate) fn value(&self, expression: &str) -> Result<Value> {
        self.run(&format!("return ({expression});"), &json!([]))
    }

    /// What a function's body hands to the last of its arguments, sooner or later.
    pub(crate) fn run_until_done(&self, body: &str, arguments: &Value) -> Result<Value> {
        self.post("execute/async", &json!({"script": body, "args": arguments}))
    }

    /// Lets every page that is opened from now on run a script before its own.
    pub(crate) fn run_in_new_pages(&self, script: &str) -> Result<()> {
        self.devtools("Page.addScriptToEvaluateOnNewDocument", &json!({"source": script}))
    }

    /// A folder that is removed with the driver.
    pub(crate) fn folder(&self) -> &Path {
        &self.driver.folder
    }

    /// Waits until an expression is true. It is looked at before each frame that the page draws.
    pub(crate) fn wait_for(&self, expression: &str) -> Result<()> {
        let script = format!(
            "const done = arguments[0];
             const look = () => {{ if ({expression}) done(true); else requestAnimationFrame(look); }};
             look();"
        );
        self.run_until_done(&script, &json!([])).map(drop)
    }

    /// Waits until so many further frames are drawn.
    pub(crate) fn wait_for_frames(&self, count: u32) -> Result<()> {
        let script = "let [count, done] = arguments;
            const next = () => { if (count === 0) done(); else { count -= 1; requestAnimationFrame(next); } };
            next();";
        self.run_until_done(script, &json!([count])).map(drop)
    }

    /// Does what a person would do.
    pub(crate) fn act(&self, actions: &[Action<'_>]) -> Result<()> {
        input::perform(actions, |element| self.find(element), |body| self.post("actions", body))
    }

    /// What the console has said since it was asked last.
    pub(crate) fn console(&self) -> Result<Vec<Message>> {
        let entries = self.post("se/log", &json!({"type": "browser"}))?;
        let text = |entry: &Value, name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let entries = entries.as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(entries
            .iter()
            .map(|entry| Message { level: text(entry, "level"), text: text(entry, "message") })
            .collect())
    }

    /// The text of an alert that waits to be closed.
    pub(crate) fn alert(&self) -> Option<String> {
        let text = self.driver.get(&format!("{}/alert/text", self.path)).ok()?;
        Some(text.as_str().unwrap_or_default().to_owned())
    }

    /// Gives the page this size, in pixels, without what is around it.
    pub(crate) fn resize(&self, width: u32, height: u32) -> Result<()> {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
    }

    /// Lets the page believe that the user prefers a `light` or a `dark` one.
    pub(crate) fn prefer(&self, scheme: &str) -> Result<()> {
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &features)
    }

    fn devtools(&self, command: &str, params: &Value) -> Result<()> {
        self.post("goog/cdp/execute", &json!({"cmd": command, "params": params})).map(drop)
    }

    /// What is seen of the page, as a PNG.
    pub(crate) fn screenshot(&self) -> Result<Vec<u8>> {
        let encoded = self.driver.get(&format!("{}/screenshot", self.path))?;
        STANDARD
            .decode(encoded.as_str().unwrap_or_default())
            .map_err(|error| Failure(format!("the screenshot is no base64: {error}")))
    }

    /// A reference to the first element that a selector means, which is scrolled to where a pointer can reach it.
    fn find(&self, selector: &str) -> Result<Value> {
        let element = self.post("element", &json!({"using": "css selector", "value": selector}))?;
        self.run("arguments[0].scrollIntoView({ block: 'center' });", &json!([element]))?;
        Ok(element)
    }
}

impl Drop for Browser<'_> {
    fn drop(&mut self) {
        // Else the browser would outlive its driver.
        let _ = self.driver.delete(&self.path);
    }
}
