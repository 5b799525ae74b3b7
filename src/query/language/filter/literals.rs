//! What a filter compares names with: texts, for checking them against the dictionary.

use super::Filter;
use crate::query::language::expression::{Comparison, Constant, Node};

impl Filter {
    /// Names, and the texts that they are said to equal or not to equal; those of parameters too.
    pub(crate) fn literals(&self) -> Vec<(String, String)> {
        let mut literals = Vec::new();
        let mut add = |name: &Node, value: &Constant| {
            if let (Node::Column(name), Constant::Text(text)) = (name, value) {
                literals.push((name.clone(), text.clone()));
            }
        };
        self.condition().visit(&mut |part| match &part.node {
            Node::Compare(Comparison::Equal | Comparison::Unequal, left, right) => {
                right.as_constant().into_iter().for_each(|value| add(&left.node, value));
                left.as_constant().into_iter().for_each(|value| add(&right.node, value));
            }
            Node::Among(inner, values) => {
                for value in values {
                    add(&inner.node, value);
                }
            }
            _ => {}
        });
        literals
    }

    /// Whether it asks more of a name than whether there is a value.
    pub(crate) fn compares(&self, name: &str) -> bool {
        let is_name = |it: &Node| matches!(it, Node::Column(known) if known == name);
        let mut compared = 0_isize;
        self.condition().visit(&mut |part| match &part.node {
            Node::IsNothing(inner) if is_name(&inner.node) => compared -= 1,
            named if is_name(named) => compared += 1,
            _ => {}
        });
        compared != 0
    }
}
