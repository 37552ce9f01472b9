//! Writes mutants into a file: each beside the original, behind `crate::mutants::on(NUMBER)`.

use std::ops::Range;

use proc_macro2::LineColumn;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::{Mutant, Position};

/// A file with mutants, and where each is written.
pub(crate) struct Written {
    pub(crate) text: String,
    pub(crate) places: Vec<(usize, Range<usize>)>,
}

/// Writes those mutants into a text. What cannot be written is left out.
pub(crate) fn write(text: &str, mutants: &[(usize, &Mutant)]) -> Written {
    let file = syn::parse_file(text).expect("the file compiles");
    let lines = lines(text);
    let mut finder = Finder { lines: &lines, mutants, edits: Vec::new() };
    finder.visit_file(&file);
    finder.bodies();
    let mut edits = finder.edits;
    // what is put in front, then those that hold others
    edits.sort_by_key(|edit| {
        (edit.range.start, !edit.range.is_empty(), usize::MAX - edit.range.end, edit.rank)
    });
    let mut writer = Writer { text, edits: &edits, out: String::new(), places: Vec::new() };
    writer.range(0..text.len(), 0);
    Written { text: writer.out, places: writer.places }
}

struct Edit {
    range: Range<usize>,
    /// Of two edits of one range, which holds the other.
    rank: u8,
    what: What,
}

enum What {
    /// Put in front of the body of a function.
    Body { choices: Vec<(usize, String)> },
    /// The original, or what stands there instead.
    Expression { choices: Vec<(usize, String)> },
    /// The guard of an arm that may also be taken away.
    Guard { arm: Option<usize>, choices: Vec<(usize, String)> },
    /// Behind the pattern of an arm that may be taken away.
    Pattern { arm: usize },
    /// The value of a field, or that of the base.
    Field { name: String, id: usize, base: String },
}

struct Finder<'a> {
    lines: &'a [Vec<usize>],
    mutants: &'a [(usize, &'a Mutant)],
    edits: Vec<Edit>,
}

/// The offset of each character, by line.
fn lines(text: &str) -> Vec<Vec<usize>> {
    let (mut lines, mut start) = (Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        let mut offsets: Vec<usize> = line.char_indices().map(|(offset, _)| start + offset).collect();
        start += line.len();
        offsets.push(start);
        lines.push(offsets);
    }
    lines
}

impl Finder<'_> {
    fn offset(&self, place: LineColumn) -> usize {
        self.lines[place.line - 1][place.column]
    }

    fn range(&self, of: &impl Spanned) -> Range<usize> {
        let span = of.span();
        self.offset(span.start())..self.offset(span.end())
    }

    fn at(&self, place: LineColumn, genre: &str) -> Vec<(usize, &Mutant)> {
        let place = Position { line: place.line, column: place.column + 1 };
        let here = |(_, mutant): &&(usize, &Mutant)| mutant.span.start == place && mutant.genre == genre;
        self.mutants.iter().filter(here).copied().collect()
    }

    fn add(&mut self, range: Range<usize>, rank: u8, what: What) {
        self.edits.push(Edit { range, rank, what });
    }

    /// Mutants of whole functions, in front of what is there.
    fn bodies(&mut self) {
        let mut bodies: Vec<(usize, Vec<(usize, String)>)> = Vec::new();
        for (id, mutant) in self.mutants.iter().filter(|(_, mutant)| mutant.genre == "FnValue") {
            let start = self.lines[mutant.span.start.line - 1][mutant.span.start.column - 1];
            let choice = (*id, mutant.replacement.clone());
            match bodies.iter_mut().find(|(known, _)| *known == start) {
                Some((_, choices)) => choices.push(choice),
                None => bodies.push((start, vec![choice])),
            }
        }
        for (start, choices) in bodies {
            self.add(start..start, 0, What::Body { choices });
        }
    }

    fn binary(&mut self, node: &syn::ExprBinary) {
        let found: Vec<(usize, String)> = self
            .at(node.op.span().start(), "BinaryOperator")
            .into_iter()
            .map(|(id, mutant)| (id, mutant.replacement.clone()))
            .collect();
        if found.is_empty() || holds_let(&node.left) || holds_let(&node.right) {
            return;
        }
        let (range, left, right) = (self.range(node), self.range(&node.left), self.range(&node.right));
        let choices = found
            .into_iter()
            .map(|(id, op)| (id, format!("{}..{} {op} {}..{}", left.start, left.end, right.start, right.end)))
            .collect();
        self.add(range, 3, What::Expression { choices });
    }
}

/// Whether the expression is part of a chain with `let`, which stands in no block.
fn holds_let(node: &syn::Expr) -> bool {
    match node {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(node) => holds_let(&node.left) || holds_let(&node.right),
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        self.binary(node);
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let inner = self.range(&node.expr);
        let choices: Vec<(usize, String)> = self
            .at(node.op.span().start(), "UnaryOperator")
            .into_iter()
            .map(|(id, _)| (id, format!("{}..{}", inner.start, inner.end)))
            .collect();
        if !choices.is_empty() {
            self.add(self.range(node), 3, What::Expression { choices });
        }
        visit::visit_expr_unary(self, node);
    }

    fn visit_arm(&mut self, node: &'ast syn::Arm) {
        let start = node.attrs.first().map_or(node.pat.span().start(), |attribute| attribute.span().start());
        let mut arm = self.at(start, "MatchArm").first().map(|(id, _)| *id);
        arm = arm.or_else(|| self.at(node.pat.span().start(), "MatchArm").first().map(|(id, _)| *id));
        match &node.guard {
            Some((_, guard)) => {
                let choices: Vec<(usize, String)> = self
                    .at(guard.span().start(), "MatchArmGuard")
                    .into_iter()
                    .map(|(id, mutant)| (id, mutant.replacement.clone()))
                    .collect();
                if !holds_let(guard) && (arm.is_some() || !choices.is_empty()) {
                    self.add(self.range(guard), 1, What::Guard { arm, choices });
                }
            }
            None => {
                if let Some(arm) = arm {
                    let end = self.range(&node.pat).end;
                    self.add(end..end, 1, What::Pattern { arm });
                }
            }
        }
        visit::visit_arm(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        for field in &node.fields {
            let found = self.at(field.span().start(), "StructField").first().map(|(id, _)| *id);
            if let (Some(id), Some(base)) = (found, &node.rest) {
                let base = self.range(base);
                let syn::Member::Named(name) = &field.member else { continue };
                let what =
                    What::Field { name: name.to_string(), id, base: format!("{}..{}", base.start, base.end) };
                // with the name, where it stands for the value, too
                let range = match field.colon_token {
                    Some(_) => self.range(&field.expr),
                    None => self.range(field),
                };
                self.add(range, 2, what);
            }
        }
        visit::visit_expr_struct(self, node);
    }
}

struct Writer<'a> {
    text: &'a str,
    edits: &'a [Edit],
    out: String,
    places: Vec<(usize, Range<usize>)>,
}

impl Writer<'_> {
    /// Writes a range with the edits in it, from the one of that index on.
    fn range(&mut self, range: Range<usize>, from: usize) {
        let (mut at, mut index) = (range.start, from);
        while let Some(edit) = self.edits.get(index).filter(|edit| edit.range.start <= range.end) {
            if edit.range.start < at || edit.range.end > range.end {
                index += 1;
                continue;
            }
            self.out.push_str(&self.text[at..edit.range.start]);
            self.edit(edit, index);
            at = edit.range.end;
            index += 1;
            // those within it were written with it
            while self.edits.get(index).is_some_and(|inner| inner.range.start < at) {
                index += 1;
            }
        }
        self.out.push_str(&self.text[at..range.end]);
    }

    fn edit(&mut self, edit: &Edit, index: usize) {
        let from = index + 1;
        match &edit.what {
            What::Body { choices } => {
                for (id, value) in choices {
                    self.choice(*id, &format!("if crate::mutants::on({id}) {{ return {value}; }} "));
                }
            }
            What::Expression { choices } => {
                self.out.push('(');
                for (id, value) in choices {
                    let value = self.expanded(value);
                    self.choice(*id, &format!("if crate::mutants::on({id}) {{ {value} }} else "));
                }
                self.out.push_str("{ ");
                self.range(edit.range.clone(), from);
                self.out.push_str(" })");
            }
            What::Guard { arm, choices } => {
                if let Some(arm) = arm {
                    self.choice(*arm, &format!("!crate::mutants::on({arm}) && "));
                }
                self.out.push('(');
                for (id, _) in choices.iter().filter(|(_, value)| value == "true") {
                    self.choice(*id, &format!("crate::mutants::on({id}) || "));
                }
                for (id, _) in choices.iter().filter(|(_, value)| value == "false") {
                    self.choice(*id, &format!("!crate::mutants::on({id}) && "));
                }
                self.out.push('(');
                self.range(edit.range.clone(), from);
                self.out.push_str("))");
            }
            What::Pattern { arm } => self.choice(*arm, &format!(" if !crate::mutants::on({arm})")),
            What::Field { name, id, base } => {
                let base = self.expanded(base);
                let is_short = self.text[edit.range.clone()] == *name;
                if is_short {
                    self.out.push_str(&format!("{name}: "));
                }
                self.choice(*id, &format!("if crate::mutants::on({id}) {{ ({base}).{name} }} else {{ "));
                self.range(edit.range.clone(), from);
                self.out.push_str(" }");
            }
        }
    }

    fn choice(&mut self, id: usize, text: &str) {
        let start = self.out.len();
        self.out.push_str(text);
        self.places.push((id, start..self.out.len()));
    }

    /// `3..7 < 9..12`, with the original text of those ranges: one mutant is on at a time.
    fn expanded(&self, value: &str) -> String {
        let words = value.split(' ').map(|word| match word.split_once("..") {
            Some((start, end)) if !start.is_empty() => {
                let range = start.parse().expect("written above")..end.parse().expect("written above");
                self.text[range].to_owned()
            }
            _ => word.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }
}
