//! Echoes: did the same come back?
//!
//! Source: Maelstrom 0.2.5, as read and run.

use super::{Checker, Evidence, Judgement, Options, Verdict, words};
use crate::{
    Value,
    history::{History, Kind, Operation},
};

/// Judges `echo`: a reply whose `echo` is not what was sent, and a request that failed, are errors.
///
/// Requests without an answer are not, as in the original: [`Stats`](super::Stats) sees it if all were.
#[derive(Clone, Copy, Debug)]
pub struct Echo;

impl Checker for Echo {
    fn check(&self, history: &History, _: &Options) -> Judgement {
        let wrong: Vec<_> = history
            .invocations()
            .filter_map(|(invocation, completion)| {
                let completion = completion?;
                let echoed = match completion.kind {
                    Kind::Ok => completion.value.get("echo").unwrap_or(&Value::Null),
                    Kind::Fail => &Value::Null,
                    Kind::Info | Kind::Invoke => return None,
                };
                (*echoed != invocation.value).then_some((invocation, completion))
            })
            .collect();
        let error = |(invocation, completion): &(&Operation, &Operation)| {
            Value::List(vec![
                "Expected a message with :echo".into(),
                invocation.value.clone(),
                "But received".into(),
                completion.value.clone(),
            ])
        };
        let evidence = wrong.first().map_or_else(Evidence::default, |(invocation, _)| {
            Evidence::of([invocation.index]).about(&invocation.value)
        });
        let verdict = if wrong.is_empty() { Verdict::Valid } else { Verdict::Invalid };
        Judgement::new(verdict, [("errors", wrong.iter().map(error).collect())])
            .explain(explain(&wrong))
            .prove(evidence)
    }
}

fn explain(wrong: &[(&Operation, &Operation)]) -> Option<String> {
    let (invocation, completion) = wrong.first()?;
    let (process, at) = (invocation.process, words::time(invocation.time));
    let sent = words::value(&invocation.value);
    let outcome = match (completion.kind, completion.value.get("echo"), &completion.error) {
        (Kind::Fail, _, Some(error)) => format!("was refused: {}", words::value(error)),
        (Kind::Fail, _, None) => "was refused".to_owned(),
        (_, Some(echo), _) => format!("got {} back", words::value(echo)),
        (_, None, _) => format!("got a reply without `echo`: {}", words::value(&completion.value)),
    };
    let others = words::others(wrong.len() - 1, "request", "went wrong as well");
    Some(format!("{process} sent {sent} at {at} and {outcome}{others}"))
}
