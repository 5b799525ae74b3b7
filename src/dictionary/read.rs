//! Reads the dictionary's TOML files, and merges a warehouse's own file into them.

use std::cell::RefCell;

use super::entry::{position, validity};
use super::model::{
    Code, Condition, Guidance, Measure, MeasureGroup, MeasureRule, Regime, Variable,
};
use super::{CodeColumn, Dictionary, Places, own_places};
use crate::document::{DocumentError, Labels, Problem, Table, read_document};

const VARIABLES: (&str, &str) = ("variables.toml", include_str!("data/variables.toml"));
const MEASURES: (&str, &str) = ("measures.toml", include_str!("data/measures.toml"));

impl Dictionary {
    /// The dictionary as compiled in.
    pub fn built_in() -> Result<Self, DocumentError> {
        Self::extended(None)
    }

    /// The dictionary as compiled in, extended by the file `(name, text)` where there is one.
    ///
    /// A variable or measure of the same name is extended and overridden field by field, a code
    /// of the same value and start is replaced, and own measure rules are tried before the others.
    pub fn extended(own: Option<(&str, &str)>) -> Result<Self, DocumentError> {
        read(own)
    }
}

/// The files compiled in, then `own`.
fn read(own: Option<(&str, &str)>) -> Result<Dictionary, DocumentError> {
    let mut dictionary = Dictionary {
        variables: Vec::new(),
        regimes: Vec::new(),
        measure_groups: Vec::new(),
        measures: Vec::new(),
        guidances: Vec::new(),
        rules: Vec::new(),
        places: Places::built_in(),
        fingerprint: String::new(),
        is_extended: false,
    };
    let mut hasher = blake3::Hasher::new();
    for text in Places::texts() {
        hasher.update(text.as_bytes());
    }
    for (name, text) in [Some(VARIABLES), Some(MEASURES), own].into_iter().flatten() {
        hasher.update(text.as_bytes());
        let cell = RefCell::new(&mut dictionary);
        read_document(name, text, |root| merge(&mut cell.borrow_mut(), root))?;
    }
    dictionary.fingerprint = hasher.finalize().to_hex().to_string();
    dictionary.is_extended = own.is_some();
    Ok(dictionary)
}

fn merge(dictionary: &mut Dictionary, root: &Table<'_>) {
    for table in root.tables("variable") {
        merge_variable(&mut dictionary.variables, &table);
    }
    for table in root.tables("regime") {
        let name = table.required_text("name").value;
        let regime = named(&mut dictionary.regimes, |regime: &Regime| regime.name == name);
        let code = table.required_text("code").value;
        let source = text(&table, "source").unwrap_or_default();
        *regime = Regime { name, code, label: table.labels("label"), source };
        table.finish();
    }
    for table in root.tables("measure_group") {
        let name = table.required_text("name").value;
        let groups = &mut dictionary.measure_groups;
        let group = named(groups, |group: &MeasureGroup| group.name == name);
        *group = MeasureGroup { name, label: table.labels("label") };
        table.finish();
    }
    for table in root.tables("measure") {
        merge_measure(dictionary, &table);
    }
    for table in root.tables("guidance") {
        let name = table.required_text("name").value;
        let guidance =
            named(&mut dictionary.guidances, |guidance: &Guidance| guidance.name == name);
        let code = table.required_text("code").value;
        // One of another label alone stays what it is.
        let convention = table.optional_flag("convention").unwrap_or(guidance.convention);
        *guidance = Guidance { name, code, convention, label: table.labels("label") };
        table.finish();
    }
    own_places::merge(&mut dictionary.places, root);
    let tables = root.tables("measure_rule");
    let own: Vec<_> = tables.iter().filter_map(|table| rule(dictionary, table)).collect();
    dictionary.rules.splice(0..0, own);
    if dictionary.rules.len() > MEASURE_RULES_MAX {
        let message = format!("more than {MEASURE_RULES_MAX} measure rules");
        root.problem(Problem::new(0..1, message));
    }
}

/// Classification holds the rules a row still meets in the bits of one number.
pub(crate) const MEASURE_RULES_MAX: usize = 128;

/// The entry that `is_it` finds, or a new one at the end.
fn named<T: Default>(entries: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> &mut T {
    let position = entries.iter().position(is_it).unwrap_or(entries.len());
    if position == entries.len() {
        entries.push(T::default());
    }
    &mut entries[position]
}

fn merge_measure(dictionary: &mut Dictionary, table: &Table<'_>) {
    let name = table.required_text("name").value;
    let groups = dictionary.measure_groups.iter().map(|group| group.name.as_str());
    let group = table.text("group").filter(|group| {
        // A mistake is reported, and then nothing is read.
        position(table, "measure group", group, groups).is_some()
    });
    let measure = named(&mut dictionary.measures, |measure: &Measure| measure.name == name);
    let (label, definition) = (table.labels("label"), table.labels("definition"));
    *measure = Measure { name, group: group.map(|group| group.value), label, definition };
    table.finish();
}

fn merge_variable(variables: &mut Vec<Variable>, table: &Table<'_>) {
    const KINDS: [&str; 4] = ["identifier", "date", "amount", "code"];
    let name = table.required_text("name");
    let known = super::Column::named(&name.value).is_some();
    if !known {
        let message = format!("`{}` is no variable of a delivery", name.value);
        let columns = super::CODE_COLUMNS.iter().copied();
        table.problem(Problem::new(name.span, message).suggest(&name.value, columns));
    }
    let upper = name.value.to_uppercase();
    let variable = named(variables, |variable: &Variable| variable.name == upper);
    variable.name = upper;
    if let Some(kind) = table.text("kind") {
        if !KINDS.contains(&kind.value.as_str()) {
            let problem = Problem::new(kind.span, format!("unknown kind `{}`", kind.value));
            table.problem(problem.suggest(&kind.value, KINDS.into_iter()));
        }
        variable.kind = kind.value;
    }
    replace(&mut variable.level, text(table, "level"));
    variable.required |= table.flag("required");
    variable.partner |= table.flag("partner");
    variable.drop_leading_zero |= table.flag("drop_leading_zero");
    variable.table_complete |= table.flag("table_complete");
    let regimes: Vec<_> = values(table, "regimes");
    if !regimes.is_empty() {
        variable.regimes = regimes;
    }
    let validity = validity(table);
    variable.validity.from = validity.from.or(variable.validity.from);
    variable.validity.to = validity.to.or(variable.validity.to);
    replace_labels(&mut variable.label, table.labels("label"));
    replace_labels(&mut variable.definition, table.labels("definition"));
    variable.notes.extend(values(table, "notes"));
    variable.sources.extend(values(table, "sources"));
    for code in table.tables("code") {
        merge_code(&mut variable.codes, &code);
    }
    table.finish();
}

fn merge_code(codes: &mut Vec<Code>, table: &Table<'_>) {
    let value = table.required_text("code").value;
    let validity = validity(table);
    let same = |code: &Code| code.code == value && code.validity.from == validity.from;
    let code = named(codes, same);
    *code = Code {
        code: value,
        label: table.labels("label"),
        incomplete_label: table.flag("incomplete_label"),
        validity,
        not_applicable: table.flag("not_applicable"),
        note: text(table, "note"),
    };
    table.finish();
}

fn rule(dictionary: &Dictionary, table: &Table<'_>) -> Option<MeasureRule> {
    let measure = table.required_text("measure");
    let regime = table.text("regime");
    let validity = validity(table);
    let conditions = conditions(table);
    table.finish();
    let measures = dictionary.measures.iter().map(|measure| measure.name.as_str());
    let measure_index = position(table, "measure", &measure, measures)?;
    let regimes = dictionary.regimes.iter().map(|regime| regime.name.as_str());
    let regime_index = match regime {
        Some(regime) => Some(position(table, "regime", &regime, regimes)?),
        None => None,
    };
    Some(MeasureRule { measure: measure_index, regime: regime_index, validity, conditions })
}

fn conditions(table: &Table<'_>) -> Vec<Condition> {
    let mut conditions = Vec::new();
    for (name, excludes, values) in table.conditions("when") {
        if let Some(column) = CodeColumn::named(&name.value) {
            conditions.push(Condition { column, excludes, values });
        } else {
            let message = format!("unknown variable `{}`", name.value);
            let columns = super::CODE_COLUMNS.iter().copied();
            table.problem(Problem::new(name.span, message).suggest(&name.value, columns));
        }
    }
    if conditions.is_empty() {
        let message = "`when` is missing: a rule needs at least one condition";
        table.problem(Problem::new(table.span(), message));
    }
    conditions
}

fn text(table: &Table<'_>, key: &'static str) -> Option<String> {
    table.text(key).map(|placed| placed.value)
}

fn values(table: &Table<'_>, key: &'static str) -> Vec<String> {
    table.texts(key).into_iter().map(|placed| placed.value).collect()
}

fn replace(target: &mut String, text: Option<String>) {
    if let Some(text) = text {
        *target = text;
    }
}

fn replace_labels(target: &mut Labels, labels: Labels) {
    if labels != Labels::default() {
        *target = labels;
    }
}
