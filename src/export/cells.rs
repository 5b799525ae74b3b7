//! A table as it is laid out: headings, rows of cells, symbols and notes.

/// A table as it is laid out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grid {
    /// What it shows.
    pub title: String,
    /// What all its numbers are, where no heading says it; otherwise empty.
    pub unit: String,
    /// The notes that are of the unit.
    pub unit_notes: Vec<usize>,
    /// Rows of headings, the outermost first.
    pub heads: Vec<Vec<Head>>,
    /// How many columns, from the left, head their row.
    pub stubs: usize,
    /// Rows of cells, each as long as the rows of headings are wide.
    pub rows: Vec<GridRow>,
    /// Symbols that stand in cells, each with what it says.
    pub legend: Vec<(String, String)>,
    /// What a reader must know besides. Headings and unit name the first of them by their place, from 1 on.
    pub notes: Vec<String>,
    /// How many notes are named so.
    pub marked: usize,
    /// Columns of numbers of one kind that follow each other in time.
    pub in_time: Vec<usize>,
}

impl Grid {
    /// For each column what stands above it, the outermost first.
    pub fn paths(&self) -> Vec<Vec<&Head>> {
        let width = self.heads.first().map_or(0, |row| row.iter().map(|it| it.columns).sum());
        let mut paths: Vec<Vec<&Head>> = vec![Vec::new(); width];
        // Down to which row of headings a column is taken.
        let mut taken = vec![0; width];
        for (at, row) in self.heads.iter().enumerate() {
            let mut column = 0;
            for head in row {
                while taken.get(column).is_some_and(|it| *it > at) {
                    column += 1;
                }
                let end = (column + head.columns).min(width);
                for below in column..end {
                    paths[below].push(head);
                    taken[below] = at + head.rows;
                }
                column = end;
            }
        }
        paths
    }

    /// For each column its headings in one text.
    pub fn headings(&self) -> Vec<String> {
        let text = |path: Vec<&Head>| {
            path.into_iter().map(|it| it.text.as_str()).collect::<Vec<_>>().join(", ")
        };
        self.paths().into_iter().map(text).collect()
    }
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Head {
    /// What stands there.
    pub text: String,
    /// What programs name it.
    pub name: String,
    /// How many columns it is over.
    pub columns: usize,
    /// How many rows of headings it is over.
    pub rows: usize,
    /// Whether numbers stand below it.
    pub is_number: bool,
    /// The notes that are of it.
    pub notes: Vec<usize>,
}

/// A row of cells.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridRow {
    /// Whether it is over several values of a dimension that other rows tell apart.
    pub is_total: bool,
    /// Its cells, from the left.
    pub cells: Vec<GridCell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GridCell {
    /// What is shown.
    pub text: String,
    /// What programs write for the same.
    pub value: String,
    /// Whether it stands where numbers do.
    pub is_number: bool,
    /// Why it has no number, or what its number lacks; empty for a number over all its quarters.
    pub status: &'static str,
    /// Whether it heads a row and says what the row above says, in a group short enough to be seen at once.
    pub is_repeated: bool,
    /// Whether no row of the table stands behind it.
    pub is_added: bool,
}
