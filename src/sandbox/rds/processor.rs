//! Processor features: fewer cores or threads than a class has.

use serde_json::{Value, json};

use crate::sandbox::switches::Switches;
use crate::sandbox::wire::fault::Fault;
use crate::sandbox::world::settings::ProcessorFeature;

/// Cores of a class by default; nothing where an engine can't change them on it. Each core has two threads.
pub(crate) fn cores(engine: &str, class: &str) -> Option<u32> {
    let (family, size) = class.rsplit_once('.')?;
    let families: &[&str] = match engine {
        _ if engine.starts_with("oracle") => &["db.m5", "db.m5d", "db.r5", "db.m6i", "db.r6i", "db.m7i"],
        // From the seventh generation on.
        _ if engine.starts_with("sqlserver") => &["db.m7i"],
        _ => &[],
    };
    let cores = match size {
        "large" => 1,
        "xlarge" => 2,
        "2xlarge" => 4,
        "4xlarge" => 8,
        "8xlarge" => 16,
        "12xlarge" => 24,
        _ => return None,
    };
    families.contains(&family).then_some(cores)
}

/// `AvailableProcessorFeatures` of a class (`R-CPU-1`).
pub(crate) fn available(engine: &str, class: &str) -> Vec<Value> {
    let Some(cores) = cores(engine, class) else {
        return Vec::new();
    };
    let numbers: Vec<String> = (1..=cores).map(|number| number.to_string()).collect();
    vec![
        json!({"Name": "coreCount", "DefaultValue": cores.to_string(), "AllowedValues": numbers.join(",")}),
        json!({"Name": "threadsPerCore", "DefaultValue": "2", "AllowedValues": "1,2"}),
    ]
}

/// Features that the engine can have on this class (`R-CPU-1`).
pub(crate) fn fit(
    switches: &Switches,
    engine: &str,
    class: &str,
    asked: Option<&Vec<ProcessorFeature>>,
    usual: Option<bool>,
) -> Result<(), Fault> {
    let Some(asked) = asked.filter(|asked| !asked.is_empty() && switches.enforces("R-CPU-1")) else {
        return Ok(());
    };
    if usual == Some(true) {
        return Err(Fault::combination("You can't specify both ProcessorFeatures and UseDefaultProcessorFeatures."));
    }
    let Some(cores) = cores(engine, class) else {
        return Err(Fault::combination(format!(
            "The DB instance class {class} of {engine} doesn't support processor features."
        )));
    };
    for feature in asked {
        let most = match feature.name.as_str() {
            "coreCount" => cores,
            "threadsPerCore" => 2,
            other => return Err(Fault::value(format!("Invalid processor feature: {other}"))),
        };
        if !feature.value.parse().is_ok_and(|number: u32| (1..=most).contains(&number)) {
            return Err(Fault::value(format!(
                "Invalid value {} of the processor feature {} for {class}.",
                feature.value, feature.name
            )));
        }
    }
    Ok(())
}

/// A new class for an instance with features of its own needs a word about them (`R-CPU-3`).
pub(crate) fn word_needed(
    switches: &Switches,
    has: &[ProcessorFeature],
    asked: Option<&Vec<ProcessorFeature>>,
    usual: Option<bool>,
) -> Result<(), Fault> {
    if has.is_empty() || asked.is_some() || usual == Some(true) || !switches.enforces("R-CPU-3") {
        return Ok(());
    }
    Err(Fault::combination(
        "To change the class of an instance with processor features, specify ProcessorFeatures or \
         UseDefaultProcessorFeatures.",
    ))
}

/// The features after a restore or a change: those asked for, none for the default, else those it had (`R-CPU-2`).
pub(crate) fn after(
    switches: &Switches,
    had: &[ProcessorFeature],
    asked: Option<&Vec<ProcessorFeature>>,
    usual: Option<bool>,
) -> Vec<ProcessorFeature> {
    match asked {
        Some(asked) if !asked.is_empty() => asked.clone(),
        _ if usual == Some(true) || !switches.enforces("R-CPU-2") => Vec::new(),
        _ => had.to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_some_classes_have_features() {
        let table = [
            ("oracle-se2", "db.m5.xlarge", "coreCount", "2", true),
            ("oracle-se2", "db.m5.xlarge", "coreCount", "3", false),
            ("oracle-se2", "db.m5.xlarge", "threadsPerCore", "1", true),
            ("oracle-se2", "db.m5.xlarge", "threads", "1", false),
            ("oracle-se2", "db.t3.large", "coreCount", "1", false),
            ("sqlserver-se", "db.m7i.2xlarge", "coreCount", "2", true),
            ("sqlserver-se", "db.m5.2xlarge", "coreCount", "2", false),
            ("postgres", "db.m5.2xlarge", "coreCount", "2", false),
        ];
        for (engine, class, name, value, fits) in table {
            let asked = vec![ProcessorFeature { name: name.to_owned(), value: value.to_owned() }];
            let found = fit(&Switches::default(), engine, class, Some(&asked), None);
            assert_eq!(found.is_ok(), fits, "{engine} {class} {name} {value}");
        }
    }
}
