//! Files that import each other, directly or over others.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::imports::Imports;
use super::names::Form;
use super::source::{Source, sources};

/// For each file those that it imports, with the names that it takes.
type Edges = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

#[test]
fn no_two_files_import_each_other() {
    let edges = edges(&sources());
    let circles = circles(&edges);
    assert!(circles.is_empty(), "files import each other:\n{}", circles.join("\n"));
}

fn edges(sources: &[Source]) -> Edges {
    let imports = Imports::of(sources);
    let files: BTreeMap<_, _> = sources.iter().map(|it| (&it.module, &it.name)).collect();
    let mut edges = Edges::new();
    for source in sources {
        let imported = edges.entry(source.name.clone()).or_default();
        for (mention, path) in imports.named_in(source) {
            let module = || imports.module(&path).filter(|_| mention.form != Form::Named);
            let Some(definition) = imports.definition(&path).or_else(module) else { continue };
            // A module hands on what the files below it define, and needs none of it for that.
            let is_below = definition.module.starts_with(&source.module);
            if definition.module == source.module || mention.form == Form::HandedOn && is_below {
                continue;
            }
            let file = files[&definition.module].clone();
            imported.entry(file).or_default().insert(definition.name);
        }
    }
    edges
}

/// For all files that can be reached from each other one way round, as short as there is.
fn circles(edges: &Edges) -> Vec<String> {
    let reached: BTreeMap<&String, BTreeSet<&String>> =
        edges.keys().map(|it| (it, reached(edges, it))).collect();
    let (mut circles, mut seen) = (Vec::new(), BTreeSet::new());
    for file in edges.keys().filter(|it| reached[it].contains(it)) {
        if seen.contains(file) {
            continue;
        }
        let files = reached[file].iter().copied().filter(|it| reached[it].contains(file));
        let files: Vec<&String> = files.collect();
        let ways = files.iter().map(|it| way_round(edges, it));
        circles.push(ways.min_by_key(Vec::len).unwrap_or_default().join("; "));
        seen.extend(files);
    }
    circles
}

/// The files that a file imports, and those that these import, and so on.
fn reached<'e>(edges: &'e Edges, from: &'e str) -> BTreeSet<&'e String> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(file) = waiting.pop() {
        let new = edges[file].keys().filter(|it| reached.insert(*it));
        waiting.extend(new.map(String::as_str));
    }
    reached
}

/// The shortest way from a file back to itself, step by step.
fn way_round(edges: &Edges, start: &str) -> Vec<String> {
    let mut ways = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let next = edges[way[way.len() - 1]].keys().map(String::as_str);
        for next in next.filter(|it| seen.insert(*it)) {
            let longer = [&*way, &[next]].concat();
            if next == start {
                let told = |step: &[&str]| {
                    let names: Vec<&str> =
                        edges[step[0]][step[1]].iter().map(String::as_str).collect();
                    format!("{} imports {} of {}", step[0], names.join(", "), step[1])
                };
                return longer.windows(2).map(told).collect();
            }
            ways.push_back(longer);
        }
    }
    Vec::new()
}

/// The circles of files with these texts.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let sources: Vec<Source> = files.iter().map(|(name, text)| Source::new(name, text)).collect();
    circles(&edges(&sources))
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let wheel = ("car/wheel.rs", "pub(super) struct Wheel(pub(super) super::road::Way);");
    let expected =
        "car/road.rs imports Wheel of car/wheel.rs; car/wheel.rs imports Way of car/road.rs";
    for road in [
        "use super::wheel::Wheel; pub(super) struct Way;",
        "use crate::car::{self as vehicle}; pub(super) struct Way; fn roll(_: vehicle::wheel::Wheel) {}",
        "use crate::car::*; pub(super) struct Way; fn roll(_: Wheel) {}",
        "pub(super) struct Way; fn roll() { let _ = crate::car::wheel::Wheel(Way); }",
        "pub(super) struct Way; fn roll() { assert!(super::wheel::Wheel(Way).is_round()); }",
        "pub(super) struct Way; impl From<super::Wheel> for Way {}",
        "#[derive(Default)] #[serde(from = \"super::wheel::Wheel\")] pub(super) struct Way;",
        "#[cfg(test)] mod tests {} pub(super) struct Way; fn roll(_: super::wheel::Wheel) {}",
    ] {
        let car = ("car/mod.rs", "mod road; mod wheel; pub use wheel::Wheel; pub use road::Way;");
        assert_eq!(
            found(&[("lib.rs", "mod car;"), car, wheel, ("car/road.rs", road)]),
            [expected],
            "{road}"
        );
    }
}

#[test]
fn a_circle_of_any_length_is_found_and_a_tree_is_none() {
    let one = ("one.rs", "use crate::two::Two; pub struct One;");
    let two = ("two/mod.rs", "mod three; pub use three::Three; pub struct Two;");
    let three = ("two/three.rs", "use super::Two; use crate::four; pub struct Three(four::Four);");
    let four = ("four.rs", "pub struct Four;");
    assert!(found(&[("lib.rs", ""), one, two, three, four]).is_empty());
    let for_tests = ("four.rs", "pub struct Four; #[cfg(test)] use crate::two::Three;");
    assert!(found(&[("lib.rs", ""), one, two, three, for_tests]).is_empty());
    let four = ("four.rs", "pub struct Four; fn four(_: crate::one::One) {}");
    let two_needs = ("two/mod.rs", "use crate::four::Four; pub struct Two(Four);");
    assert_eq!(
        found(&[("lib.rs", ""), one, two_needs, four]),
        ["four.rs imports One of one.rs; one.rs imports Two of two/mod.rs; \
          two/mod.rs imports Four of four.rs"]
    );
    let two_calls = ("two/mod.rs", "mod three; pub struct Two(three::Three);");
    assert_eq!(
        found(&[("lib.rs", ""), one, two_calls, three, four]),
        ["two/mod.rs imports Three of two/three.rs; two/three.rs imports Two of two/mod.rs"]
    );
    let lists = ("two/mod.rs", "use crate::one; each!(one); pub struct Two;");
    assert_eq!(
        found(&[("lib.rs", ""), one, lists]),
        ["one.rs imports Two of two/mod.rs; two/mod.rs imports all of one.rs"]
    );
    let hands_on = ("two/mod.rs", "pub use crate::one::One; pub struct Two;");
    assert_eq!(
        found(&[("lib.rs", ""), one, hands_on]),
        ["one.rs imports Two of two/mod.rs; two/mod.rs imports One of one.rs"]
    );
}
