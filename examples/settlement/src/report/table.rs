//! Columns that line up, also when a cell holds Chinese text or colours.

use std::fmt;

/// A column: its heading and its side.
#[derive(Copy, Clone, Debug)]
pub struct Column {
    heading: &'static str,
    right: bool,
}

impl Column {
    /// Text.
    pub const fn left(heading: &'static str) -> Self {
        Self { heading, right: false }
    }

    /// Numbers.
    pub const fn right(heading: &'static str) -> Self {
        Self { heading, right: true }
    }
}

/// Rows of cells.
#[derive(Clone, Debug)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table without rows.
    pub const fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row.
    pub fn row(&mut self, cells: [String; N]) {
        self.rows.push(cells);
    }
}

impl<const N: usize> fmt::Display for Table<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headings = self.columns.map(|column| column.heading.to_owned());
        let mut widths = headings.each_ref().map(|heading| width(heading));
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(width(cell));
            }
        }
        let rule = widths.map(|wide| "─".repeat(wide));
        for row in [&headings, &rule].into_iter().chain(&self.rows) {
            let mut line = String::from("  ");
            for ((cell, column), wide) in row.iter().zip(&self.columns).zip(widths) {
                let fill = " ".repeat(wide.saturating_sub(width(cell)));
                let cell = if column.right { fill + cell } else { cell.clone() + &fill };
                line.push_str(&cell);
                line.push_str("  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// How many columns of a terminal a text takes: Chinese characters take two, colours none.
pub fn width(text: &str) -> usize {
    let mut columns = 0;
    let mut in_colour = false;
    for sign in text.chars() {
        match sign {
            '\x1b' => in_colour = true,
            'm' if in_colour => in_colour = false,
            _ if in_colour => {}
            '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7A3}' => columns += 2,
            '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}' | '\u{FF00}'..='\u{FF60}' => columns += 2,
            _ => columns += 1,
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_with_colours_and_chinese() {
        assert_eq!(width("\x1b[32m00\x1b[0m"), 2);
        assert_eq!(width("密码错"), 6);
        let mut table = Table::new([Column::left("a"), Column::right("b"), Column::left("c")]);
        table.row(["密".to_owned(), "1".to_owned(), "x".to_owned()]);
        table.row(["abc".to_owned(), "20".to_owned(), "y".to_owned()]);
        let text = table.to_string();
        assert_eq!(text, "  a     b  c\n  ───  ──  ─\n  密    1  x\n  abc  20  y\n");
    }
}
