//! What users of `#[maelstrom::node]` read when they make a mistake, a file for each; and programs that must compile.
//!
//! `TRYBUILD=overwrite cargo test -p maelstrom-node --test ui` writes the messages anew. Review them as a newcomer:
//! each stands under the smallest token that is wrong, says what is expected and the way out, and comes alone.

#[test]
fn mistakes_are_explained_and_programs_compile() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/pass/*.rs");
    tests.compile_fail("tests/ui/*.rs");
}
