//! Whether settings and dictionary mean what a table means.
//!
//! In: settings, dictionary, and a snapshot. Out: the snapshot, where they agree, and the dictionary that
//! its rows are looked up in. Never: an answer or a commit where they do not.

use std::borrow::Cow;

use super::layout::{DICTIONARY_FILE, SETTINGS_FILE};
use super::meaning::{EARLIER_CONVENTIONS, Meaning, short};
use super::{AsOf, Snapshot, Warehouse, WarehouseError};
use crate::attribution::AttributionRule;
use crate::decode::IdentifierFormat;
use crate::dictionary::Dictionary;
use crate::quarter::Quarter;

impl Warehouse {
    /// What settings and dictionary say that figures mean.
    pub fn meaning(&self) -> Meaning {
        let (configuration, dictionary) = (self.configuration(), self.dictionary());
        Meaning::of(configuration, dictionary)
    }

    /// The table as it is or was, for figures and commits: settings and dictionary must mean what it
    /// means. What is asked for as it was may be of another classification.
    pub fn agreed_snapshot(&self, as_of: Option<&AsOf>) -> Result<Snapshot, WarehouseError> {
        let snapshot = self.snapshot(as_of)?;
        if as_of.is_some() {
            self.fixed_agree(&snapshot, &self.meaning())?;
            return Ok(snapshot);
        }
        self.agreed(snapshot)
    }

    /// The latest snapshot, if settings and dictionary mean what it means.
    pub(super) fn agreed(&self, snapshot: Snapshot) -> Result<Snapshot, WarehouseError> {
        let own = self.meaning();
        self.fixed_agree(&snapshot, &own)?;
        if snapshot.deliveries().is_empty() {
            return Ok(snapshot);
        }
        match snapshot.meaning() {
            Some(of_table) if of_table.classification == own.classification => Ok(snapshot),
            Some(of_table) => Err(WarehouseError::Classification {
                version: snapshot.version(),
                of_table: Some(short(&of_table.classification).to_owned()),
                own: short(&own.classification).to_owned(),
            }),
            None if self.is_told_by_records(&snapshot) => Ok(snapshot.with_meaning(own)),
            None => Err(WarehouseError::Classification {
                version: snapshot.version(),
                of_table: None,
                own: short(&own.classification).to_owned(),
            }),
        }
    }

    /// The same for what does not depend on the classification.
    pub(crate) fn fixed_snapshot(&self) -> Result<Snapshot, WarehouseError> {
        let snapshot = self.snapshot(None)?;
        self.fixed_agree(&snapshot, &self.meaning())?;
        Ok(snapshot)
    }

    /// Whether a commit with this meaning may follow on a table.
    pub(super) fn may_follow(
        &self,
        snapshot: &Snapshot,
        own: &Meaning,
    ) -> Result<bool, WarehouseError> {
        self.fixed_agree(snapshot, own)?;
        let same = |it: &Meaning| it.classification == own.classification;
        Ok(snapshot.meaning().is_none_or(same))
    }

    /// What cannot be worked out anew must be what it was at the first commit.
    fn fixed_agree(&self, snapshot: &Snapshot, own: &Meaning) -> Result<(), WarehouseError> {
        let settings = self.root.join(SETTINGS_FILE);
        let fixed = |name: &'static str, of_table: &str, own: &str| WarehouseError::Fixed {
            file: settings.clone(),
            of_table: format!("{name} = \"{of_table}\""),
            own: format!("{name} = \"{own}\""),
        };
        let Some(of_table) = snapshot.meaning() else {
            return match self.told_otherwise(snapshot) {
                Some((identifier, _)) if identifier != self.configuration.identifier() => {
                    Err(fixed("identifier", identifier.name(), &own.identifier))
                }
                Some((_, attribution)) => {
                    Err(fixed("attribution", attribution.name(), &own.attribution))
                }
                None => Ok(()),
            };
        };
        if of_table.identifier != own.identifier {
            return Err(fixed("identifier", &of_table.identifier, &own.identifier));
        }
        if of_table.attribution != own.attribution {
            return Err(fixed("attribution", &of_table.attribution, &own.attribution));
        }
        let zeros = |meaning: &Meaning| {
            format!("drop_leading_zero for {}", meaning.without_leading_zero.join(", "))
        };
        if of_table.without_leading_zero != own.without_leading_zero {
            let file = self.root.join(DICTIONARY_FILE);
            let (of_table, own) = (zeros(of_table), zeros(own));
            return Err(WarehouseError::Fixed { file, of_table, own });
        }
        Ok(())
    }

    /// Whether the records of deliveries say that all were read under these settings.
    fn is_told_by_records(&self, snapshot: &Snapshot) -> bool {
        let own = (self.configuration.identifier(), self.configuration.attribution());
        let known = self.fingerprints_under(own);
        snapshot.deliveries().iter().all(|it| known.contains(&it.record.settings))
    }

    /// Other settings than these that a delivery was read under, if its record tells them.
    fn told_otherwise(&self, snapshot: &Snapshot) -> Option<(IdentifierFormat, AttributionRule)> {
        let own = (self.configuration.identifier(), self.configuration.attribution());
        let deliveries = snapshot.deliveries();
        let others = IdentifierFormat::ALL.into_iter().flat_map(|identifier| {
            AttributionRule::ALL.into_iter().map(move |attribution| (identifier, attribution))
        });
        others.filter(|it| *it != own).find(|it| {
            let known = self.fingerprints_under(*it);
            deliveries.iter().any(|it| known.contains(&it.record.settings))
        })
    }

    /// What a record says of the settings where these two are so, and all else is as it is here.
    fn fingerprints_under(&self, fixed: (IdentifierFormat, AttributionRule)) -> Vec<String> {
        let configuration = self.configuration.with_fixed(fixed);
        let dictionary = &self.dictionary;
        let earlier = dictionary.earlier_fingerprints().iter().copied();
        let known = std::iter::once(dictionary.fingerprint()).chain(earlier);
        known.map(|it| configuration.fingerprint(it)).collect()
    }

    /// The dictionary that a snapshot's rows are looked up in: the warehouse's own, with the groups
    /// and conventions of the classification that the rows are stored under.
    pub fn dictionary_of(&self, snapshot: &Snapshot) -> Cow<'_, Dictionary> {
        let own = self.dictionary();
        match snapshot.meaning() {
            Some(meaning) if meaning.classification == own.classification() => Cow::Borrowed(own),
            Some(meaning) => Cow::Owned(own.with_terms(&meaning.terms)),
            None => Cow::Owned(own.with_conventions(&EARLIER_CONVENTIONS)),
        }
    }

    /// The same, with the places as they were when the last quarter delivered was due.
    pub(crate) fn dictionary_when_due(
        &self,
        snapshot: &Snapshot,
        last: Option<Quarter>,
    ) -> Cow<'_, Dictionary> {
        match self.dictionary_of(snapshot) {
            Cow::Borrowed(own) => own.when_due(last),
            Cow::Owned(other) => Cow::Owned(other.when_due(last).into_owned()),
        }
    }
}
