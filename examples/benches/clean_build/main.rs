//! How long a clean build of the `echo` example takes, and how many crates it compiles, compared with the same node
//! written by hand on serde and `serde_json` (`minimal_echo.rs`).
//!
//! `cargo bench -p examples --bench clean_build [-- --rounds 1]`
//!
//! Builds are offline: `cargo fetch` comes first. As a test it only counts the crates.

#[path = "../measure/mod.rs"]
mod measure;

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
    process::{self, Command},
    time::{Duration, Instant},
};

use measure::{children_cpu, median};

/// A package to build, and where.
struct Project {
    name: &'static str,
    dir: PathBuf,
    /// What selects the binary in its workspace.
    build: &'static [&'static str],
    /// What selects the crates it is made of.
    tree: &'static [&'static str],
}

struct Cost {
    wall: Duration,
    cpu: Duration,
}

fn main() -> io::Result<()> {
    let dir = env::temp_dir().join(format!("maelstrom-clean-build-{}", process::id()));
    fs::create_dir_all(&dir)?;
    let result = run(&dir);
    fs::remove_dir_all(&dir)?;
    result
}

fn run(dir: &Path) -> io::Result<()> {
    let workspace =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package lies in its workspace");
    let node = Project {
        name: "echo example",
        dir: workspace.to_owned(),
        build: &["-p", "examples", "--bin", "echo"],
        tree: &["-p", "maelstrom-node"],
    };
    let crates = node.crates()?;
    println!("maelstrom-node is {} crates: {}", crates.len(), Vec::from_iter(crates).join(", "));
    if measure::is_smoke_run() {
        return Ok(());
    }

    cargo(&node.dir, &["fetch", "--locked"])?;
    let by_hand = minimal_echo(workspace, &dir.join("minimal"))?;
    let crates = by_hand.crates()?;
    println!("written by hand it is {}: {}", crates.len(), Vec::from_iter(crates).join(", "));
    println!();

    let rounds = measure::option("--rounds", 1).max(1);
    println!("{rounds} rounds; CPU is user and system time of cargo with all its children");
    println!();
    println!(
        "| {:8} | {:>22} | {:>22} | {:>9} | {:>10} |",
        "profile", node.name, by_hand.name, "CPU ratio", "wall ratio"
    );
    println!("| {:-<8} | {:->22} | {:->22} | {:->9} | {:->10} |", "", "", "", "", "");
    for profile in ["release", "dev"] {
        let (mut nodes, mut by_hands) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            nodes.push(node.clean_build(profile, &dir.join("target"))?);
            by_hands.push(by_hand.clean_build(profile, &dir.join("target"))?);
        }
        let ratio = |of: fn(&Cost) -> Duration| {
            median(nodes.iter().zip(&by_hands).map(|(a, b)| of(a).as_secs_f64() / of(b).as_secs_f64()))
        };
        println!(
            "| {profile:8} | {:>22} | {:>22} | {:>9.2} | {:>10.2} |",
            show(&nodes),
            show(&by_hands),
            ratio(|cost| cost.cpu),
            ratio(|cost| cost.wall),
        );
    }
    Ok(())
}

fn show(costs: &[Cost]) -> String {
    let seconds = |of: fn(&Cost) -> Duration| median(costs.iter().map(|cost| of(cost).as_secs_f64()));
    format!("{:.1} s CPU, {:.1} s wall", seconds(|cost| cost.cpu), seconds(|cost| cost.wall))
}

/// Writes the package that the build is compared with: the versions and profiles of the workspace, and no more crates
/// than the node needs.
fn minimal_echo(workspace: &Path, dir: &Path) -> io::Result<Project> {
    fs::create_dir_all(dir.join("src"))?;
    fs::write(dir.join("src/main.rs"), include_str!("minimal_echo.rs"))?;
    fs::copy(workspace.join("Cargo.lock"), dir.join("Cargo.lock"))?;
    let manifest = r#"
        [workspace]
        [package]
        name = "minimal-echo"
        version = "0.0.0"
        edition = "2024"
        [dependencies]
        serde = { version = "1", features = ["derive"] }
        serde_json = "1"
        [profile.release]
        codegen-units = 1
        lto = "thin"
    "#;
    fs::write(dir.join("Cargo.toml"), manifest)?;
    // Brings the copied lock file down to what is used, versions unchanged.
    cargo(dir, &["metadata", "--offline", "--format-version=1"])?;
    Ok(Project { name: "by hand", dir: dir.to_owned(), build: &[], tree: &[] })
}

impl Project {
    /// Everything that is compiled for it, build scripts and macros included, itself too.
    fn crates(&self) -> io::Result<BTreeSet<String>> {
        let args =
            ["tree", "--locked", "--offline", "-e", "normal,build", "--prefix", "none", "--format", "{p}"];
        let tree = cargo(&self.dir, &[&args, self.tree].concat())?;
        // A line is `name v1.2.3`, and for some crates ` (…)`.
        Ok(tree.lines().map(|line| line.split(' ').take(2).collect::<Vec<_>>().join(" ")).collect())
    }

    fn clean_build(&self, profile: &str, target: &Path) -> io::Result<Cost> {
        if target.exists() {
            fs::remove_dir_all(target)?;
        }
        let target = target.to_str().expect("temporary directories have readable names");
        let args =
            ["build", "--locked", "--offline", "--quiet", "--profile", profile, "--target-dir", target];
        let start = Instant::now();
        let (cpu, _) = children_cpu(|| cargo(&self.dir, &[&args, self.build].concat()))?;
        Ok(Cost { wall: start.elapsed(), cpu })
    }
}

/// Runs cargo in a directory and returns what it printed.
fn cargo(dir: &Path, args: &[&str]) -> io::Result<String> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(args).current_dir(dir).output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}: {}\n{errors}", args.join(" "), output.status);
    String::from_utf8(output.stdout).map_err(io::Error::other)
}
