//! A folder for a test of the program, and the program run in it.

#![allow(dead_code, clippy::unwrap_used)]

use std::{
    fs,
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};

use maelstrom_workbench::Value;

/// An echo node in shell, which also lets itself be led in lockstep. `ECHO` stands for what it makes of the text.
pub(crate) const NODE: &str = r#"#!/bin/sh
answer() {
    src=${1#*\"src\":\"}; src=${src%%\"*}
    dest=${1#*\"dest\":\"}; dest=${dest%%\"*}
    id=${1##*\"msg_id\":}; id=${id%%\}*}
    text=${1#*\"echo\":\"}; text=${text%%\"*}
    case $1 in
        *'"type":"init"'*) body='"type":"init_ok"' ;;
        *) body="\"type\":\"echo_ok\",\"echo\":\"ECHO\"" ;;
    esac
    reply="{\"src\":\"$dest\",\"dest\":\"$src\",\"body\":{$body,\"in_reply_to\":$id}}"
}
while read -r line; do
    if [ -z "$MAELSTROM_LOCKSTEP" ]; then
        answer "$line"
        printf '%s\n' "$reply"
    else
        case $line in receive*)
            answer "$line"
            printf 'send %s %s %s\n' "${#src}" "$src" "$reply" ;;
        esac
        echo 'ready -'
    fi
done
"#;

/// What came of running the program.
pub(crate) struct Outcome {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A folder of its own for a test, which is gone when it ends.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{}-{}-{count}", env!("CARGO_CRATE_NAME"), std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Puts a node there that answers with this text.
    pub(crate) fn node(&self, echo: &str) {
        self.program(&NODE.replace("ECHO", echo));
    }

    pub(crate) fn program(&self, script: &str) {
        let path = self.0.join("node");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The program with these arguments.
    pub(crate) fn command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_maelstrom-workbench"));
        command.args(args).current_dir(&self.0);
        command
    }

    /// Runs the program with these arguments, separated by blanks.
    pub(crate) fn run(&self, args: &str) -> Outcome {
        self.run_with(args, "")
    }

    pub(crate) fn run_with(&self, args: &str, input: &str) -> Outcome {
        outcome(&mut self.command(args.split_whitespace()), input)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }

    pub(crate) fn results(&self) -> Value {
        self.read("store/latest/results.json").parse().unwrap()
    }
}

/// Runs a command with this input.
pub(crate) fn outcome(command: &mut Command, input: &str) -> Outcome {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that does not read has ended, and says so by its status.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        status: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
