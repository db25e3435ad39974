//! `analyze`: judges a stored run again, as checkers may have learned since, and keeps what they say.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use maelstrom_workbench::{
    Value,
    checker::{self, Judgement, Verdict},
    explanations, judge,
    results::Layout,
    workload::TxnOptions,
};

use super::{
    Status,
    plan::Mistakes,
    stored::{Stored, Unfinished, Which},
    workloads,
};

/// Prints as `check` does, and then whether the verdict is another one.
pub(super) fn run(which: &Which) -> Status {
    match which.read().and_then(|stored| analyze(&stored)) {
        Ok(verdict) => Status::Judged(verdict),
        Err(error) => {
            eprintln!("{error}");
            Status::Failed
        }
    }
}

fn analyze(stored: &Stored) -> Result<Verdict, String> {
    if stored.unfinished == Some(Unfinished::GoesOn) {
        return Err(format!("{}: the run goes on, and is judged in the end", stored.folder.display()));
    }
    if stored.unfinished.is_none() && stored.results.get("stats").is_none() {
        return Err(format!(
            "{}: the run could not be made, so there is nothing to judge",
            stored.folder.display()
        ));
    }
    let workload = workloads::workload(&stored.workload(), TxnOptions::default())?;
    let judgements = judge(&*workload, &stored.history, &checks(stored)?);
    let (results, verdict) = results(stored, &judgements);
    stored.cut_off().iter().for_each(|warning| eprintln!("odd: {warning}"));
    for (_, judgement) in judgements.iter().take(1) {
        println!("{}", Layout(&Value::Object(judgement.result().clone())));
        judgement.warnings().iter().for_each(|warning| eprintln!("odd: {warning}"));
    }
    for (_, judgement) in &judgements {
        judgement.maelstrom_would().iter().for_each(|divergence| eprintln!("{divergence}"));
    }
    let texts = results.get("explanation").and_then(Value::as_list).unwrap_or_default();
    texts.iter().filter_map(Value::as_str).for_each(|text| eprintln!("{text}"));
    replace(&stored.folder.join("results.json"), &results)
        .map_err(|error| format!("{}: results can't be written ({error})", stored.folder.display()))?;
    let before = stored.verdict();
    if stored.unfinished.is_some() {
        println!("{verdict}, as far as it went");
    } else if before == verdict {
        println!("still {verdict}");
    } else {
        println!("{verdict} now; it was {before}");
    }
    Ok(verdict)
}

/// What the run was asked to be judged by. What results of older versions lack has its default.
fn checks(stored: &Stored) -> Result<checker::Options, String> {
    let mut mistakes = Mistakes::default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let availability = stored.option("availability").map(|value| text(value).parse()).transpose();
    let availability = mistakes.take("availability", availability).flatten();
    let models = stored.option("consistency-models").map(|models| text(models).parse()).transpose();
    let models = mistakes.take("consistency-models", models).flatten().unwrap_or_default();
    mistakes.none().map_err(|mistakes| mistakes.join("\n"))?;
    let compat = stored.option("maelstrom-compat") == Some(&true.into());
    Ok(checker::Options::default().compat(compat).availability(availability).consistency_models(models))
}

/// The results with what the checkers say now. What was seen while the run went on stays.
fn results(stored: &Stored, judgements: &[(String, Judgement)]) -> (Value, Verdict) {
    let Value::Object(mut results) = stored.results.clone() else { unreachable!("it has members") };
    let problems = problems(&stored.results);
    let of_problems = if problems.is_empty() { Verdict::Valid } else { Verdict::Invalid };
    let verdict =
        judgements.iter().map(|(_, judgement)| judgement.verdict()).fold(of_problems, Verdict::merge);
    for (name, judgement) in judgements {
        results.insert(name.clone(), Value::Object(judgement.result().clone()));
    }
    let why = explanations(problems, judgements, &stored.history, &stored.schedule);
    // What a checker says of Maelstrom begins with a verdict; the others are of the network and of nodes.
    let seen = stored.texts("maelstrom-would").into_iter().filter(|text| !text.starts_with("say "));
    let judged = judgements.iter().flat_map(|(_, judgement)| judgement.maelstrom_would());
    let judged = judged.map(|divergence| divergence.to_string().replacen("Maelstrom would ", "", 1));
    // Of what is odd nobody knows any more who said it.
    let mut warnings = stored.warnings();
    for warning in judgements.iter().flat_map(|(_, judgement)| judgement.warnings()) {
        let warning = warning.to_string();
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    let changed = [
        ("valid?", verdict.into()),
        ("explanation", why.into()),
        ("maelstrom-would", seen.chain(judged).collect()),
        ("warnings", warnings.into()),
    ];
    results.extend(changed.map(|(name, value)| (name.to_owned(), value)));
    (Value::Object(results), verdict)
}

/// What went wrong while the run went on, in words.
fn problems(results: &Value) -> Vec<String> {
    let problems = results.get("problems").and_then(Value::as_list).unwrap_or_default();
    let told = problems.iter().filter_map(|problem| {
        let text = problem.get("text")?.as_str()?;
        let time = problem.get("time")?.as_integer()?.as_i64()?;
        let time = std::time::Duration::from_nanos(time.try_into().ok()?);
        Some(format!("{text} (at {:.3} s)", time.as_secs_f64()))
    });
    told.collect()
}

/// Puts new results in the place of the old ones, which stay until the new ones are whole.
fn replace(file: &Path, results: &Value) -> io::Result<()> {
    let new = file.with_extension(format!("new-{}", std::process::id()));
    let mut out = io::BufWriter::new(fs::File::create(&new)?);
    writeln!(out, "{}", Layout(results))
        .and_then(|()| out.flush())
        .and_then(|()| fs::rename(&new, file))
        .inspect_err(|_| {
            // The first error says why.
            let _ = fs::remove_file(&new);
        })
}
