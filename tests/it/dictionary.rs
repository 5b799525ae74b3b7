//! `sppis dictionary`, and a warehouse's own dictionary.

use sppis::dictionary::{CODE_COLUMNS, Column, Dictionary};

use crate::sandbox::Sandbox;

#[test]
fn every_known_column_has_an_entry_with_names_and_sources() {
    let dictionary = Dictionary::built_in().unwrap();
    assert_eq!(dictionary.variables().len(), 23);
    for variable in dictionary.variables() {
        let name = &variable.name;
        assert!(Column::named(name).is_some(), "{name}");
        assert!(!variable.label.en.is_empty(), "{name}");
        assert!(variable.label.fr.is_some() && variable.label.nl.is_some(), "{name}");
        assert!(!variable.sources.is_empty(), "{name}");
    }
    for name in CODE_COLUMNS {
        assert!(dictionary.variable(name).is_some(), "{name}");
    }
}

#[test]
fn a_variable_is_shown_with_validity_codes_and_what_is_not_known() {
    let sandbox = Sandbox::empty();
    insta::assert_snapshot!(sandbox.run(["dictionary", "cbenconv"]).ok().stdout, @"
    CBENCONV: Partnership convention: guidance of the beneficiary
    Kind of individual guidance towards a job that the partnership convention gives the main beneficiary, told by its hours.

    kind      code, nominal
    validity  from 2002-10-01
    regimes   integration_sociale, aide_sociale

    codes
      0     No partnership convention applied for (from 2006-01-01)
      1     Individual guidance of at least 50 hours (from 2006-01-01)
      2     Individual guidance of at least 100 hours (from 2006-01-01)

    notes
      Documented inconsistency: the variable is valid from 2002-10-01 and EBENCONVCM from 2005-01-01, but the codes only from 2006-01-01.
      The measure itself is in force since January 2005.
      No convention number exists: persons under a convention can be counted, conventions cannot.

    sources
      https://www.ksz-bcss.fgov.be/dwh/nl/variabledetail/pod-maatschappelijke-integratie/Variables/partnerschapsovereenkomst-voor-de-begeleiding-van-de-tewerkstelling-van-de-hoofdbegunstigde?themes=8e1faf6e-dd30-9f4f-6116-a10ef0312e59
      https://www.ksz-bcss.fgov.be/fr/dwh/sourcedetail/dwh-sppis-formulaires.html
    ");
    let incomplete = sandbox.run(["dictionary", "BUDART_ID"]).ok().stdout;
    assert!(incomplete.contains("table incomplete in the source"), "{incomplete}");
    let unknown = sandbox.run(["dictionary", "EBENCONV"]);
    assert_eq!(unknown.code, 2);
    insta::assert_snapshot!(unknown.stderr, @"
    error: there is no variable `EBENCONV`
    hint: did you mean `EBENCONVCM`?
    ");
}

#[test]
fn a_warehouse_adds_codes_and_rules_without_being_compiled_anew() {
    let sandbox = Sandbox::new();
    let own = r#"[[variable]]
name = "TYPAMT_ID"
[[variable.code]]
code = "2"
label = "arrears"
valid_from = "2002-10-01"

[[measure]]
name = "youth_plan"
label = { en = "Youth plan", fr = "Plan jeunes", nl = "Jongerenplan" }

[[measure_rule]]
measure = "youth_plan"
regime = "integration_sociale"
valid_from = "2016-01-01"
[measure_rule.when]
BUDART_ID = ["122"]
"#;
    let header = "NISS;LEGISLATION;DPAY1STDAY;DPAYLSTDAY;BUDART_ID;TYPAMT_ID";
    let row = "85073003328;1;2016-01-01;2016-01-31;122;2";
    let file = "DWH_SPPIS_Formulaires_2017-11.csv";
    sandbox.write(file, format!("{header}\n{row}\n"));
    let before = sandbox.run(["ingest", file]).ok().stdout;
    assert!(before.contains("check.code-unknown") && before.contains("check.unclassified"));
    sandbox.write("warehouse/dictionary.toml", own);
    let refused = sandbox.run(["ingest", file]);
    assert!(refused.code == 2 && refused.stderr.contains("sppis reclassify"), "{refused}");
    sandbox.run(["reclassify"]).ok();
    // The same bytes under another dictionary are not the same delivery.
    let after = sandbox.run(["ingest", file]).ok().stdout;
    assert!(after.contains("committed as revision 2"), "{after}");
    assert!(!after.contains("check."), "{after}");
    assert!(
        sandbox.csv("by-regime-and-measure").contains("integration_sociale,youth_plan,1,1,0,0.00")
    );
    assert!(sandbox.run(["dictionary", "TYPAMT_ID"]).ok().stdout.contains("arrears"));
}

#[test]
fn measures_are_listed_by_group_and_an_own_one_names_its_group() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!(sandbox.run(["dictionary", "--measures", "--lang", "fr"]).ok().stdout, @"
    cpas_employment                     Emplois procurés par le CPAS
      article_60                        Article 60, § 7
      article_61                        Article 61
      social_economy                    Initiative d’économie sociale
    activation_measures                 Mesures d’activation
      ptp                               Programme de transition professionnelle (PTP)
      sine                              Économie sociale d’insertion (SINE)
      interim                           Intérim d’insertion
      activa                            Plan Activa
      activation                        Activation de l’aide financière
    guidance_and_projects               Accompagnement, projets et exonérations
      partnership_convention            Convention de partenariat d’accompagnement
      piis                              Projet individualisé d’intégration sociale (PIIS)
      socio_professional_integration    Intégration socioprofessionnelle
    unclassified                        Non classé
      unclassified                      Non classé
    ");
    let measure = |group| {
        format!("[[measure]]\nname = \"youth_plan\"\ngroup = \"{group}\"\nlabel = \"Youth plan\"\n")
    };
    sandbox.write(
        "warehouse/dictionary.toml",
        format!("[[measure_group]]\nname = \"youth\"\nlabel = \"Youth\"\n{}", measure("youth")),
    );
    let listed = sandbox.run(["dictionary", "--measures"]).ok().stdout;
    assert!(listed.contains("youth                               Youth\n  youth_plan"), "{listed}");
    sandbox.write("warehouse/dictionary.toml", measure("cpas_employmnt"));
    insta::assert_snapshot!(sandbox.run(["dictionary", "--measures"]).stderr, @"
    error: 1 mistake in ./warehouse/dictionary.toml
      ./warehouse/dictionary.toml:3:9: unknown measure group `cpas_employmnt` (did you mean `cpas_employment`?)
    ");
}

#[test]
fn an_own_dictionary_with_mistakes_is_refused_with_their_places() {
    let sandbox = Sandbox::new();
    let own = r#"[[variable]]
name = "BUDART"
kind = "cod"

[[measure_rule]]
measure = "artcle_60"
regime = "integration_sociale"
valid_from = "2016-13-01"
[measure_rule.when]
BUDARTID = ["122"]
"#;
    sandbox.write("warehouse/dictionary.toml", own);
    let ran = sandbox.run(["history"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr, @"
    error: 6 mistakes in ./warehouse/dictionary.toml
      ./warehouse/dictionary.toml:2:8: `BUDART` is no variable of a delivery (did you mean `BUDART_ID`?)
      ./warehouse/dictionary.toml:3:8: unknown kind `cod` (did you mean `code`?)
      ./warehouse/dictionary.toml:5:1: `when` is missing: a rule needs at least one condition
      ./warehouse/dictionary.toml:6:11: unknown measure `artcle_60` (did you mean `article_60`?)
      ./warehouse/dictionary.toml:8:14: `valid_from` must be a date such as `2016-01-01`, found `2016-13-01`
      ./warehouse/dictionary.toml:10:1: unknown variable `BUDARTID` (did you mean `BUDART_ID`?)
    ");
}
