//! Tests of a program that runs itself as the node under test, and so has a `main` of its own.

/// The trials of these functions, under their names.
macro_rules! trials {
    ($($name:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($name), || { $name(); Ok(()) })),*]
    };
}
