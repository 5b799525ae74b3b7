//! The stored columns that filters and statements know, and what each of them is. The list is
//! closed: what is stored and does not stand here is no name, and is shown by nothing.

use super::expression::Kind;

/// Columns in the order of the table.
pub(crate) const COLUMNS: [(&str, Kind); 32] = [
    ("delivery", Kind::Text),
    ("person", Kind::Identity),
    ("partner", Kind::Identity),
    ("sex", Kind::Text),
    ("birth_year", Kind::Integer),
    ("regime", Kind::Text),
    ("measure", Kind::Text),
    ("guidance", Kind::Text),
    ("cpas", Kind::Text),
    ("first_day", Kind::Date),
    ("last_day", Kind::Date),
    ("days", Kind::Integer),
    ("amount", Kind::Decimal(2)),
    ("legislation", Kind::Text),
    ("budart_id", Kind::Text),
    ("thp_id", Kind::Text),
    ("ctyphlp", Kind::Text),
    ("ca60benplc", Kind::Text),
    ("cbenconv", Kind::Text),
    ("cbenitgtyp", Kind::Text),
    ("cbenidvtyp", Kind::Text),
    ("cptnidvtyp", Kind::Text),
    ("ia60ptnacp", Kind::Text),
    ("ia61benacp", Kind::Text),
    ("cptnactacp", Kind::Text),
    ("article35ben", Kind::Text),
    ("sts_cnt_id", Kind::Text),
    ("cat_cnt_id", Kind::Text),
    ("typamt_id", Kind::Text),
    ("ndossfx", Kind::Text),
    // Numbers the rows of a file, and so the persons of one that is sorted.
    ("line", Kind::Identity),
    ("quarter", Kind::Text),
];
