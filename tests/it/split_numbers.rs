//! A number that was split over several cells is not given back, in whatever pieces.

use proptest::prelude::*;

use crate::sandbox::{Ran, Sandbox};

const NAMES: [&str; 12] = [
    "NISS",
    "LEGISLATION",
    "CPAS",
    "DPAY1STDAY",
    "DPAYLSTDAY",
    "BUDART_ID",
    "THP_ID",
    "CTYPHLP",
    "CBENCONV",
    "EBENCONVCM",
    "STS_CNT_ID",
    "NDOSSFX",
];

/// A row that is rejected for its regime.
const ROW: [&str; 12] =
    ["85073003328", "9", "21004", "2006-01-01", "2006-01-31", "", "", "", "2", "500.00", "", ""];

/// A valid number cut into pieces, which begin in a column and may have another cell between them.
#[derive(Debug, Clone)]
struct Split {
    number: String,
    cuts: Vec<usize>,
    start: usize,
    /// Behind which piece another cell lies, and what it holds.
    between: Option<(usize, &'static str)>,
    marks: bool,
}

impl Split {
    fn pieces(&self) -> Vec<String> {
        let mut pieces = Vec::new();
        let mut from = 0;
        for cut in self.cuts.iter().chain([&11]) {
            let piece = &self.number[from..*cut];
            let marked = piece.chars().flat_map(|digit| [digit, '.']).collect::<String>();
            pieces.push(if self.marks { marked } else { piece.to_owned() });
            from = *cut;
        }
        pieces
    }

    /// The row, and the places of the pieces in it.
    fn row(&self) -> (Vec<String>, Vec<usize>) {
        let mut row: Vec<String> = ROW.iter().map(|text| (*text).to_owned()).collect();
        let (mut at, mut places) = (self.start, Vec::new());
        for (index, piece) in self.pieces().into_iter().enumerate() {
            row[at] = piece;
            places.push(at);
            at += 1;
            if let Some((behind, text)) = self.between
                && behind == index
            {
                text.clone_into(&mut row[at]);
                at += 1;
            }
        }
        (row, places)
    }
}

fn splits() -> impl Strategy<Value = Split> {
    let day = (0_i64..100, 1_i64..=12, 1_i64..=28, 1_i64..=998, any::<bool>());
    let number = day.prop_map(|(year, month, day, sequence, late)| {
        let body = ((year * 100 + month) * 100 + day) * 1000 + sequence;
        let prefix = if late { 2_000_000_000 } else { 0 };
        format!("{body:09}{:02}", 97 - (prefix + body) % 97)
    });
    let cuts = prop::collection::btree_set(1_usize..11, 1..=2).prop_map(Vec::from_iter);
    let between = prop::option::of((0_usize..2, prop::sample::select(vec!["", "1", "x", "B"])));
    (number, cuts, 1_usize..8, between, any::<bool>()).prop_map(
        |(number, cuts, start, between, marks)| Split { number, cuts, start, between, marks },
    )
}

/// The rejected rows and the findings of a delivery of such rows.
fn given_back(rows: &[String]) -> (Sandbox, String, String) {
    let sandbox = Sandbox::new();
    let file = "DWH_SPPIS_Formulaires_2007-11.csv";
    sandbox.write(file, format!("{}\n{}\n", NAMES.join(";"), rows.join("\n")));
    sandbox.run(["ingest", file, "--max-rejects", "100%"]).ok();
    let said = |ran: Ran| ran.ok().stdout;
    let kept = said(sandbox.run(["rejects", "2007-11", "--rows"]));
    let found = said(sandbox.run(["rejects", "2007-11", "--warnings", "--format", "csv"]));
    (sandbox, kept, found)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_way_of_cutting_a_number_leaves_its_pieces_readable(
        splits in prop::collection::vec(splits(), 60),
    ) {
        let rows: Vec<_> = splits.iter().map(Split::row).collect();
        let lines: Vec<String> = rows.iter().map(|(row, _)| row.join(";")).collect();
        let (_, kept, found) = given_back(&lines);
        for (at, (split, (_, places))) in splits.iter().zip(&rows).enumerate() {
            let line = at + 2;
            let row = kept.lines().find(|row| row.starts_with(&format!("{line};")));
            for place in places {
                if let Some(row) = row {
                    let cell = row.split(';').nth(place + 1).unwrap();
                    prop_assert_eq!(cell, format!("{}@{line}", NAMES[*place]), "{:?}", split);
                }
            }
            let of_row: Vec<_> = found.lines().filter(|it| it.contains(&format!(",{line},"))).collect();
            let shown = split.pieces().into_iter().filter(|piece| {
                // A single digit is also what other codes of the row are.
                piece.len() > 2 &&
                of_row.iter().any(|text| text.contains(&format!("`{piece}`")))
            });
            prop_assert!(shown.count() < 2, "{:?} {:?}", split, of_row);
        }
    }
}

#[test]
fn what_is_no_number_is_given_back_as_it_came_and_the_rest_can_be_replayed() {
    let split = "85073003328;9;21004;2006-01-01;2006-01-31;930518;22361;;2;500.00;;";
    let rows = [ROW.join(";"), split.to_owned()];
    let (sandbox, kept, found) = given_back(&rows);
    insta::assert_snapshot!(kept, @"
    LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CTYPHLP;CBENCONV;EBENCONVCM;STS_CNT_ID;NDOSSFX
    2;NISS@2;9;21004;2006-01-01;2006-01-31;;;;2;500.00;;
    3;NISS@3;9;21004;2006-01-01;2006-01-31;BUDART_ID@3;THP_ID@3;;2;500.00;;
    ");
    assert!(!found.contains("930518") && !found.contains("22361"), "{found}");
    assert!(found.contains("`9`"), "{found}");
    let corrected = "LINE;NISS;LEGISLATION;CPAS;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;THP_ID;CTYPHLP;\
                     CBENCONV;EBENCONVCM;STS_CNT_ID;NDOSSFX\n\
                     3;85073003328;2;21004;2006-01-01;2006-01-31;;60;;2;500.00;;\n";
    sandbox.write("corrected.csv", corrected);
    let ran = sandbox.run(["replay", "2007-11", "corrected.csv"]).ok();
    assert!(ran.stdout.contains("rows read 1 = accepted 1 + rejected 0"), "{ran}");
    // A token is no value.
    sandbox.write(
        "token.csv",
        corrected.replace(
            "3;85073003328;2;21004;2006-01-01;2006-01-31;;60",
            "2;85073003328;2;21004;2006-01-01;2006-01-31;BUDART_ID@3;60",
        ),
    );
    let refused = sandbox.run(["replay", "2007-11", "token.csv"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains("the token stands where the value"), "{refused}");
}
