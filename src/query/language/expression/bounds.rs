//! From text to a SQL tree that is small enough to walk: length, operators and nesting are bounded
//! before anything recursive looks at it.

use sqlparser::ast::{Expr, Statement};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::compile::Refusal;
use super::grammar::Grammar;

/// Bytes of a text.
const BYTES_MAX: usize = 256 * 1024;
/// Keywords, operators and parentheses of a text, each of which may nest what stands beside it.
const OPERATORS_MAX: usize = 2_000;
/// Parentheses, functions and subqueries within each other.
const NESTED_MAX: usize = 40;

/// The expression of a filter.
pub(crate) fn parse_condition(text: &str) -> Result<Expr, Refusal> {
    let mut parser = parser(text)?;
    let parsed = parser.parse_expr().and_then(|tree| {
        parser.expect_token(&Token::EOF)?;
        Ok(tree)
    });
    parsed.map_err(|error| refusal(&error))
}

/// The statements of a text.
pub(crate) fn parse_statement(text: &str) -> Result<Vec<Statement>, Refusal> {
    parser(text)?.parse_statements().map_err(|error| refusal(&error))
}

fn parser(text: &str) -> Result<Parser<'static>, Refusal> {
    if text.len() > BYTES_MAX {
        let message = format!("the text has {} bytes, and may have {BYTES_MAX}", text.len());
        return Err(Refusal::new(message, "long lists of values are better a filter by place"));
    }
    let dialect = &Grammar;
    let tokens = Tokenizer::new(dialect, text).tokenize_with_location();
    let tokens = tokens.map_err(|error| refusal(&ParserError::from(error)))?;
    let operators = tokens.iter().filter(|token| may_nest(token)).count();
    if operators > OPERATORS_MAX {
        let message = format!("the text has {operators} operators, and may have {OPERATORS_MAX}");
        return Err(Refusal::new(message, "many values of one column are a list: IN ('a', 'b')"));
    }
    let parser = Parser::new(dialect).with_recursion_limit(NESTED_MAX);
    Ok(parser.with_tokens_with_locations(tokens))
}

/// Whether a token can put what stands beside it one level deeper.
fn may_nest(token: &TokenWithSpan) -> bool {
    match &token.token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword,
        Token::EOF
        | Token::Whitespace(_)
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::Comma
        | Token::Period
        | Token::RParen => false,
        _ => true,
    }
}

fn refusal(error: &ParserError) -> Refusal {
    match error {
        ParserError::RecursionLimitExceeded => {
            let message = format!("more than {NESTED_MAX} parentheses within each other");
            Refusal::new(message, "write what is within as a condition of its own")
        }
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => {
            Refusal::new(format!("this is no SQL: {}", shortened(text)), "")
        }
    }
}

/// What the parser says, which holds what it found, however long; the place stands at its end.
fn shortened(text: &str) -> String {
    const START: usize = 200;
    const END: usize = 40;
    let length = text.chars().count();
    if length <= START + END {
        return text.to_owned();
    }
    let start: String = text.chars().take(START).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{start}…{end}")
}
