//! A file of the store, by the path of an address. Nothing outside the store is reached.

use std::{
    ffi::OsStr,
    fs::File,
    io,
    path::{Path, PathBuf},
};

/// Where the file or folder is that a path such as `/broadcast/latest` means. `store` has its links resolved.
pub(super) fn find(store: &Path, path: &str) -> io::Result<PathBuf> {
    let below = relative(path).ok_or(io::ErrorKind::NotFound)?;
    // Links may lead anywhere, so it is what they lead to that has to be in the store.
    let found = store.join(below).canonicalize()?;
    if found.starts_with(store) { Ok(found) } else { Err(io::ErrorKind::NotFound.into()) }
}

/// Opens the file that a path such as `/broadcast/latest/results.json` means, and says what it is.
pub(super) fn open(store: &Path, path: &str) -> io::Result<(File, &'static str)> {
    let file = find(store, path)?;
    if !file.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    Ok((File::open(&file)?, kind(&file)))
}

/// The path without its escapes, if it has only names.
fn relative(path: &str) -> Option<PathBuf> {
    let bytes = decoded(path.strip_prefix('/')?)?;
    let text = String::from_utf8(bytes).ok()?;
    let is_name = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\0', '\\']);
    text.split('/').all(is_name).then(|| text.into())
}

/// `%41` is `A`. Once only: what has been escaped twice stays so.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit =
                || char::from(bytes.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            out.push(digit()? * 16 + digit()?);
        } else {
            out.push(byte);
        }
    }
    Some(out)
}

/// Only reports are pages. All else is shown as text, whatever is in it.
fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_have_only_names() {
        assert_eq!(relative("/a/b%20c.json").unwrap().to_str(), Some("a/b c.json"));
        assert_eq!(relative("/a/%252e%252e").unwrap().to_str(), Some("a/%2e%2e"));
        let wrong = [
            "/",
            "//etc/passwd",
            "/../x",
            "/a/../x",
            "/a/%2e%2e/x",
            "/%2E./x",
            "/a%2f..%2fx",
            "/%2fetc",
            "/a/./b",
            "a",
            "/a\\b",
            "/a%00",
            "/%ff",
            "/%4",
            "/%zz",
            "/%",
            "/a//b",
            "/a/",
        ];
        for path in wrong {
            assert_eq!(relative(path), None, "{path}");
        }
    }
}
