//! Where a failing test leaves its report.

use std::{env, ffi::OsStr, fs, io, path::PathBuf, thread};

/// Writes a page to where the test's program keeps temporary files: `tmp` in cargo's target directory, or that of the
/// system for a documentation test. A test that fails again replaces its page.
pub(crate) fn leave(page: &str, workload: &str, seed: u64) -> io::Result<PathBuf> {
    let folder = folder().join("maelstrom-reports");
    fs::create_dir_all(&folder)?;
    let thread = thread::current();
    let test = thread.name().unwrap_or("test");
    let path = folder.join(format!("{}-{}-seed-{seed}.html", plain(test), plain(workload)));
    fs::write(&path, page)?;
    Ok(path)
}

fn folder() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    // `target/debug/deps/name-hash`
    let deps = program.parent().filter(|folder| folder.file_name() == Some(OsStr::new("deps")));
    let target = deps.and_then(|deps| deps.parent()?.parent());
    target.map_or_else(env::temp_dir, |target| target.join("tmp"))
}

/// A name that is one for a file, too.
fn plain(name: &str) -> String {
    let name = name.chars().take(100);
    name.map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '-' }).collect()
}
