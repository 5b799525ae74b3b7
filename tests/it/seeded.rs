//! One warehouse of seeded samples over twenty years, shared by the tests of answers.

use std::fs;
use std::sync::OnceLock;

use crate::sandbox::{CONFIGURATION, Sandbox};

/// Codes of before and after 2016, the first year of the amount, intervals across quarters,
/// negative amounts, and one row in fifty with a planted mistake.
pub(crate) const DELIVERIES: &str = "2004-05,2006-11,2007-05,2015-11,2017-05,2017-11,2025-11";

/// The rules that the mistakes break: those that the golden tables were made with.
const MISTAKES_OF: &str = "decode.field-count,decode.quote-unclosed,decode.encoding,decode.date,decode.amount,\
    decode.amount-ambiguous,decode.code-identifier,check.niss-missing,check.niss-invalid,\
    check.first-day-missing,check.days-reversed,check.regime-missing,check.regime-unknown,\
    check.before-source,check.amount-before-validity,check.outside-window,check.duplicate-row,\
    check.last-day-missing,check.interval-long,check.code-unknown,check.code-outside-validity,\
    check.variable-outside-validity,check.variable-other-regime,check.amount-without-convention,\
    check.convention-without-amount,check.not-eligible,check.niss-padded,check.partner-invalid,\
    check.unclassified";

/// The warehouse; nobody may change it.
pub(crate) fn warehouse() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let sandbox = Sandbox::new();
        let arguments = ["--persons", "400", "--seed", "20", "--mistakes", "2%", "--output", "in"];
        let mut command = vec!["sample", "--deliveries", DELIVERIES, "--mistakes-of", MISTAKES_OF];
        command.extend(arguments);
        sandbox.run_all(&command).ok();
        for id in DELIVERIES.split(',') {
            let file = format!("in/DWH_SPPIS_Formulaires_{id}.csv");
            sandbox.run(["ingest", &file, "--max-rejects", "100%"]).ok();
        }
        sandbox.write("warehouse/schedule.toml", "[inbox]\nfolder = \"../inbox\"\n");
        fs::create_dir(sandbox.join("inbox")).unwrap();
        sandbox
    })
}

/// A warehouse of the same deliveries that may be changed.
pub(crate) fn copy() -> Sandbox {
    let sandbox = Sandbox::empty();
    fs::create_dir(sandbox.join("inbox")).unwrap();
    for name in ["warehouse", CONFIGURATION] {
        for file in warehouse().files(name) {
            let copy = sandbox.join("").join(file.strip_prefix(warehouse().path()).unwrap());
            fs::create_dir_all(copy.parent().unwrap()).unwrap();
            fs::copy(&file, &copy).unwrap();
        }
    }
    sandbox
}
