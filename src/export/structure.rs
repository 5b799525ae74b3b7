//! The structure of an SDMX-CSV file, as SDMX-ML 2.1 has it: the dataflow that its lines name, its data
//! structure, concepts, and code lists with labels in all languages.
//!
//! In: the table whose lines are written by [`sdmx_csv`](super::sdmx_csv), with the same identifiers and
//! codes. Out: one document that needs nothing else. Never: a code of the data that is in no list, or the
//! time of writing. Where a dimension is a closed list, its code list has all of it, so that it is the
//! same for the next delivery; the codes for all values, no value and the rest are always there.
//!
//! <https://github.com/sdmx-twg/sdmx-ml/tree/v2.1>

use std::collections::BTreeSet;
use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::ExportError;
use super::named::{catalogued, column_label, known_values, member_label, own_texts};
use super::provenance::tool;
use super::sdmx_csv::{
    AGENCY, Coded, INDICATOR, Kind, Layout, STATUSES, TIME, UNIT, VALUE, VERSION, code, identifier,
    member, metric_code, unit_code,
};
use crate::disclosure::{Cell, Member, ReleasedTable, Unit};
use crate::render::{Language, Look, xml};

/// The document being written.
type Xml = Writer<Vec<u8>>;

/// A text in some languages.
type Texts = Vec<(Language, String)>;

/// A concept or a code with its names.
struct Item {
    id: String,
    names: Texts,
}

impl Item {
    /// Named by a text of the catalogues.
    fn catalogued(id: &str, key: &str) -> Self {
        Self { id: id.to_owned(), names: catalogued(key).collect() }
    }
}

/// What a component of the structure can hold.
enum Representation {
    /// The codes of a list.
    List(String),
    /// A type of SDMX.
    Type(&'static str),
}

/// A dimension, measure or attribute.
struct Component {
    id: &'static str,
    representation: Representation,
}

/// The structure that belongs beside an SDMX-CSV file.
pub(crate) fn structure(table: &ReleasedTable, look: Look<'_>) -> Result<Vec<u8>, ExportError> {
    let flow = identifier(table.query_name());
    let layout = Layout::of(table);
    let mut out = Writer::new_with_indent(Vec::new(), b' ', 2);
    out.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let of = |part: &str| format!("http://www.sdmx.org/resources/sdmxml/schemas/v2_1/{part}");
    let spaces =
        [("xmlns:mes", of("message")), ("xmlns:str", of("structure")), ("xmlns:com", of("common"))];
    let spaces = spaces.iter().map(|(name, space)| (*name, space.as_str()));
    out.create_element("mes:Structure").with_attributes(spaces).write_inner_content(|out| {
        header(out, &flow)?;
        element(out, "mes:Structures", &[], |out| {
            element(out, "str:Dataflows", &[], |out| dataflow(out, table, &flow))?;
            element(out, "str:Codelists", &[], |out| codelists(out, table, &layout, &flow, look))?;
            element(out, "str:Concepts", &[], |out| concepts(out, table, &layout, &flow))?;
            element(out, "str:DataStructures", &[], |out| {
                data_structure(out, table, &layout, &flow)
            })
        })
    })?;
    let mut bytes = out.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// The day that every document is of: what is written depends on no clock.
const PREPARED: &str = "2000-01-01T00:00:00";

fn header(out: &mut Xml, flow: &str) -> io::Result<()> {
    element(out, "mes:Header", &[], |out| {
        text(out, "mes:ID", &[], flow)?;
        text(out, "mes:Test", &[], "false")?;
        text(out, "mes:Prepared", &[], PREPARED)?;
        element(out, "mes:Sender", &[("id", AGENCY)], |out| {
            text(out, "com:Name", &[("xml:lang", "en")], &tool())
        })
    })
}

/// An artefact that others refer to.
fn maintained(
    out: &mut Xml,
    name: &str,
    id: &str,
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let attributes = [("id", id), ("agencyID", AGENCY), ("version", VERSION), ("isFinal", "false")];
    element(out, name, &attributes, inner)
}

fn dataflow(out: &mut Xml, table: &ReleasedTable, flow: &str) -> io::Result<()> {
    maintained(out, "str:Dataflow", flow, |out| {
        titled(out, table)?;
        let description = own_texts(|it| it.own(table.description()).map(str::to_owned));
        for (language, said) in description {
            text(out, "com:Description", &[("xml:lang", language.code())], &said)?;
        }
        element(out, "str:Structure", &[], |out| {
            reference(out, flow, &[("package", "datastructure"), ("class", "DataStructure")])
        })
    })
}

/// The title of the query, its name where it has none.
fn titled(out: &mut Xml, table: &ReleasedTable) -> io::Result<()> {
    let title: Texts = own_texts(|it| it.own(table.title()).map(str::to_owned)).collect();
    let name = || vec![(Language::En, table.query_name().to_owned())];
    names(out, &if title.is_empty() { name() } else { title })
}

fn codelists(
    out: &mut Xml,
    table: &ReleasedTable,
    layout: &Layout<'_>,
    flow: &str,
    look: Look<'_>,
) -> io::Result<()> {
    let metrics = layout.metrics.iter();
    let metrics =
        metrics.map(|(name, _)| Item { id: metric_code(name), names: labels(table, name) });
    codelist(out, flow, &Item::catalogued(INDICATOR, "exchange.indicator"), metrics)?;
    for dimension in layout.dimensions.iter().filter(|it| it.kind != Kind::Time) {
        let of = Item { id: dimension.id.clone(), names: labels(table, &dimension.column.name) };
        codelist(out, flow, &of, codes(table, dimension, look))?;
    }
    let units =
        [(Unit::Count, "unit.count"), (Unit::Euros, "unit.euros"), (Unit::Percent, "unit.percent")];
    let units = units.map(|(unit, key)| Item::catalogued(unit_code(unit), key));
    codelist(out, flow, &Item::catalogued(UNIT, "page.unit"), units)?;
    let statuses = STATUSES.map(|(status, cell)| Item::catalogued(status, status_key(cell)));
    codelist(out, flow, &Item::catalogued("OBS_STATUS", "exchange.status"), statuses)
}

fn status_key(cell: Cell) -> &'static str {
    match cell {
        Cell::Value(_) => "exchange.whole",
        Cell::Partial(_) => "status_meaning.partial",
        Cell::Undefined => "status_meaning.undefined",
        Cell::NotApplicable => "status_meaning.not_applicable",
        Cell::NotDelivered => "status_meaning.not_delivered",
        Cell::LeftOut => "exchange.left_out",
    }
}

/// The codes of a dimension: those that it can have, where they are a closed list, and those of the
/// table.
fn codes<'i>(
    table: &'i ReleasedTable,
    dimension: &'i Coded<'_>,
    look: Look<'i>,
) -> impl Iterator<Item = Item> + 'i {
    let name = &dimension.column.name;
    let known = known_values(name, look.dictionary).into_iter().map(|it| Member::Value(it.into()));
    let always = [Member::Rest, Member::Unknown, Member::Total];
    let held = (0..table.row_count()).map(|row| member(&dimension.column.values, row));
    let members: BTreeSet<Member> = known.chain(always).chain(held).collect();
    members.into_iter().map(move |member| {
        let said =
            own_texts(|language| Some(member_label(name, &member, Look { language, ..look })));
        Item { id: code(&member, dimension.kind), names: said.collect() }
    })
}

fn codelist(
    out: &mut Xml,
    flow: &str,
    of: &Item,
    codes: impl IntoIterator<Item = Item>,
) -> io::Result<()> {
    maintained(out, "str:Codelist", &list_of(flow, &of.id), |out| {
        names(out, &of.names)?;
        items(out, "str:Code", codes)
    })
}

/// The identifier of the code list of a component.
fn list_of(flow: &str, of: &str) -> String {
    format!("CL_{flow}_{of}")
}

/// The identifier of the concepts.
fn scheme_of(flow: &str) -> String {
    format!("CS_{flow}")
}

fn concepts(
    out: &mut Xml,
    table: &ReleasedTable,
    layout: &Layout<'_>,
    flow: &str,
) -> io::Result<()> {
    let own = [
        (INDICATOR, "exchange.indicator"),
        (VALUE, "exchange.value"),
        (UNIT, "page.unit"),
        ("DECIMALS", "exchange.decimals"),
        ("OBS_STATUS", "exchange.status"),
        ("SOURCE", "page.provenance"),
    ];
    let own = own.map(|(id, key)| Item::catalogued(id, key));
    let dimensions = layout
        .dimensions
        .iter()
        .map(|it| Item { id: it.id.clone(), names: labels(table, &it.column.name) });
    maintained(out, "str:ConceptScheme", &scheme_of(flow), |out| {
        titled(out, table)?;
        items(out, "str:Concept", own.into_iter().chain(dimensions))
    })
}

fn data_structure(
    out: &mut Xml,
    table: &ReleasedTable,
    layout: &Layout<'_>,
    flow: &str,
) -> io::Result<()> {
    maintained(out, "str:DataStructure", flow, |out| {
        titled(out, table)?;
        element(out, "str:DataStructureComponents", &[], |out| {
            let list = [("id", "DimensionDescriptor")];
            element(out, "str:DimensionList", &list, |out| dimension_list(out, layout, flow))?;
            let list = [("id", "AttributeDescriptor")];
            element(out, "str:AttributeList", &list, |out| attribute_list(out, flow))?;
            let list = [("id", "MeasureDescriptor")];
            element(out, "str:MeasureList", &list, |out| {
                element(out, "str:PrimaryMeasure", &[("id", VALUE)], |out| {
                    component(out, flow, VALUE, &Representation::Type(type_of_values(layout)))
                })
            })
        })
    })
}

/// What stands for a figure that there is not is no number, and readers take a type at its word.
fn type_of_values(layout: &Layout<'_>) -> &'static str {
    let is_number = |cell: &Cell| cell.value().is_some();
    let are_all = layout.metrics.iter().all(|(_, numbers)| numbers.cells.iter().all(is_number));
    if are_all { "Decimal" } else { "String" }
}

fn dimension_list(out: &mut Xml, layout: &Layout<'_>, flow: &str) -> io::Result<()> {
    let coded = layout.dimensions.iter().filter(|it| it.kind != Kind::Time);
    let ids = std::iter::once(INDICATOR).chain(coded.map(|it| it.id.as_str()));
    let mut last = 0;
    for (at, id) in ids.enumerate() {
        last = at + 1;
        let position = last.to_string();
        element(out, "str:Dimension", &[("id", id), ("position", &position)], |out| {
            component(out, flow, id, &Representation::List(list_of(flow, id)))
        })?;
    }
    if layout.dimensions.iter().any(|it| it.kind == Kind::Time) {
        let position = (last + 1).to_string();
        element(out, "str:TimeDimension", &[("id", TIME), ("position", &position)], |out| {
            component(out, flow, TIME, &Representation::Type("ObservationalTimePeriod"))
        })?;
    }
    Ok(())
}

/// Unit and decimals are those of an indicator, the source that of all lines.
fn attribute_list(out: &mut Xml, flow: &str) -> io::Result<()> {
    let list = |id| Representation::List(list_of(flow, id));
    let attributes = [
        Component { id: UNIT, representation: list(UNIT) },
        Component { id: "DECIMALS", representation: Representation::Type("Integer") },
        Component { id: "OBS_STATUS", representation: list("OBS_STATUS") },
        Component { id: "SOURCE", representation: Representation::Type("String") },
    ];
    for Component { id, representation } in attributes {
        let attributes = [("id", id), ("assignmentStatus", "Mandatory")];
        element(out, "str:Attribute", &attributes, |out| {
            component(out, flow, id, &representation)?;
            element(out, "str:AttributeRelationship", &[], |out| match id {
                "SOURCE" => empty(out, "str:None", &[]),
                "OBS_STATUS" => element(out, "str:PrimaryMeasure", &[], |out| {
                    empty(out, "Ref", &[("id", VALUE)])
                }),
                _ => element(out, "str:Dimension", &[], |out| {
                    empty(out, "Ref", &[("id", INDICATOR)])
                }),
            })
        })?;
    }
    Ok(())
}

/// What a component says, and what it can hold.
fn component(
    out: &mut Xml,
    flow: &str,
    concept: &str,
    representation: &Representation,
) -> io::Result<()> {
    element(out, "str:ConceptIdentity", &[], |out| {
        let scheme = scheme_of(flow);
        let attributes = [
            ("id", concept),
            ("maintainableParentID", scheme.as_str()),
            ("maintainableParentVersion", VERSION),
            ("agencyID", AGENCY),
            ("package", "conceptscheme"),
            ("class", "Concept"),
        ];
        empty(out, "Ref", &attributes)
    })?;
    element(out, "str:LocalRepresentation", &[], |out| match representation {
        Representation::List(list) => element(out, "str:Enumeration", &[], |out| {
            reference(out, list, &[("package", "codelist"), ("class", "Codelist")])
        }),
        Representation::Type(kind) => empty(out, "str:TextFormat", &[("textType", kind)]),
    })
}

fn reference(out: &mut Xml, id: &str, more: &[(&str, &str)]) -> io::Result<()> {
    let attributes = [("id", id), ("version", VERSION), ("agencyID", AGENCY)];
    empty(out, "Ref", &[&attributes, more].concat())
}

fn items(out: &mut Xml, name: &str, items: impl IntoIterator<Item = Item>) -> io::Result<()> {
    for item in items {
        element(out, name, &[("id", &item.id)], |out| names(out, &item.names))?;
    }
    Ok(())
}

/// What a column is called.
fn labels(table: &ReleasedTable, name: &str) -> Texts {
    own_texts(|language| Some(column_label(table, name, language))).collect()
}

fn names(out: &mut Xml, names: &Texts) -> io::Result<()> {
    for (language, name) in names {
        text(out, "com:Name", &[("xml:lang", language.code())], name)?;
    }
    Ok(())
}

fn element(
    out: &mut Xml,
    name: &str,
    attributes: &[(&str, &str)],
    inner: impl FnOnce(&mut Xml) -> io::Result<()>,
) -> io::Result<()> {
    let element = out.create_element(name).with_attributes(attributes.iter().copied());
    element.write_inner_content(inner)?;
    Ok(())
}

fn empty(out: &mut Xml, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
    out.create_element(name).with_attributes(attributes.iter().copied()).write_empty()?;
    Ok(())
}

fn text(out: &mut Xml, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
    let element = out.create_element(name).with_attributes(attributes.iter().copied());
    element.write_text_content(BytesText::new(&xml(text)))?;
    Ok(())
}
