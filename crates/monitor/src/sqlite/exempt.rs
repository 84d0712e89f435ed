//! Which findings of which images the owner's rules disable.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use plimsoll_core::{Disabled, Finding, Severity};
use plimsoll_rules::{Context, Date, Facts, Image, Rule, RuleState, apply};
use rusqlite::{Connection, params};

use super::inventory::Brought;
use super::kept::{Judged, Kept};
use super::loaded::Loaded;
use super::verdict::Row;
use super::{base, codec, inventory, known, verdict};
use crate::error::Failed;
use crate::judge::Judge;
use crate::time::{DAY, Millis};

/// The findings of one image that are disabled, each with the row of its rule; ascending.
pub(super) type Exempt = Vec<(i64, i64)>;

/// Sets of disabled findings that are read one by one, at most.
const FEW: usize = 256;

/// The row of a set of disabled findings, which is made where there is none.
pub(super) fn put(conn: &Connection, exempt: &Exempt) -> Result<i64, Failed> {
    if exempt.is_empty() {
        return Ok(0);
    }
    let mut bytes = Vec::with_capacity(exempt.len() * 4);
    for &(finding, rule) in exempt {
        codec::push(&mut bytes, finding.unsigned_abs());
        codec::push(&mut bytes, rule.unsigned_abs());
    }
    let (id, new) = known::interned(conn, "exemption", &bytes)?;
    if new {
        let mut insert = conn.prepare_cached("INSERT INTO exempted VALUES(?1, ?2, ?3)")?;
        for &(finding, rule) in exempt {
            insert.execute(params![id, finding, rule])?;
        }
    }
    Ok(id)
}

/// Those of many images.
pub(super) fn read_all(
    conn: &Connection,
    exemptions: impl IntoIterator<Item = i64>,
) -> Result<HashMap<i64, Exempt>, Failed> {
    let mut all: HashMap<i64, Exempt> = exemptions.into_iter().map(|id| (id, Exempt::new())).collect();
    if all.len() <= FEW {
        for (id, exempt) in &mut all {
            *exempt = read(conn, *id)?;
        }
        return Ok(all);
    }
    let mut select =
        conn.prepare_cached("SELECT exemption, finding, rule FROM exempted ORDER BY exemption, finding")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(exempt) = all.get_mut(&row.get(0)?) {
            exempt.push((row.get(1)?, row.get(2)?));
        }
    }
    Ok(all)
}

pub(super) fn read(conn: &Connection, exemption: i64) -> Result<Exempt, Failed> {
    if exemption == 0 {
        return Ok(Vec::new());
    }
    let mut select =
        conn.prepare_cached("SELECT finding, rule FROM exempted WHERE exemption = ?1 ORDER BY finding")?;
    Ok(select.query_map([exemption], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// What a rule said when it was applied.
pub(super) fn disabled(conn: &Connection, rule: i64) -> Result<Disabled, Failed> {
    let mut select = conn.prepare_cached("SELECT body FROM rule WHERE id = ?1")?;
    let body: String = select.query_row([rule], |row| row.get(0))?;
    codec::from_json(body.as_bytes())
}

/// Findings that are disabled, each with the row of its rule.
type Disabling = Vec<(Row, i64)>;

/// How it is decided for one image.
pub(super) enum Exemption {
    /// Nothing is disabled.
    None,
    /// As for all images of these classes: one for each repository that it is in.
    Classes(Vec<usize>),
    /// For itself: these findings.
    Whole(Disabling),
}

/// What is disabled in a class of images of a part's findings.
#[derive(Default)]
pub(super) struct Decided(HashMap<(usize, u32), Disabling>);

impl Decided {
    /// The findings that are disabled in an image, ascending. In several repositories a finding is disabled only where it
    /// is in all of them.
    pub(super) fn of(&self, exemption: &Exemption, parts: &[u32]) -> Disabling {
        let of_class = |class: usize| {
            let lists = parts.iter().filter_map(|part| self.0.get(&(class, *part)));
            let mut all: Disabling = lists.flatten().copied().collect();
            all.sort_unstable_by_key(|(row, _)| row.id);
            all.dedup_by_key(|(row, _)| row.id);
            all
        };
        match exemption {
            Exemption::None => Vec::new(),
            Exemption::Whole(all) => all.clone(),
            Exemption::Classes(classes) => {
                let mut classes = classes.iter();
                let mut all = classes.next().map(|class| of_class(*class)).unwrap_or_default();
                for class in classes {
                    let other = of_class(*class);
                    let is = |id: i64| other.binary_search_by_key(&id, |(row, _)| row.id).is_ok();
                    all.retain(|(row, _)| is(row.id));
                }
                all
            }
        }
    }
}

/// Decides for images. Findings of images that rules see alike are looked at once.
pub(super) struct Exempter<'a> {
    judge: Judge<'a>,
    day: Option<Date>,
    /// Rules ask where in the image a package is, or since when the finding is known.
    per_image: bool,
    names_image: bool,
    classes: HashMap<Vec<String>, usize>,
    /// Of each class the packages that were looked at, and what of them is disabled.
    packages: Vec<HashMap<u32, Disabling>>,
    decided: Decided,
    findings: HashMap<i64, Finding>,
    rules: HashMap<Disabled, i64>,
    kept: Kept,
}

fn asks_of_place(rule: &Rule) -> bool {
    !rule.path.is_empty() || !rule.layer.is_empty() || rule.base_image.is_some() || asks_of_age(rule)
}

fn asks_of_age(rule: &Rule) -> bool {
    rule.age_days_below.is_some() || rule.age_days_above.is_some()
}

fn asks_of_image(rule: &Rule) -> bool {
    [&rule.os, &rule.organisation, &rule.registry, &rule.project, &rule.repository, &rule.tag, &rule.digest]
        .into_iter()
        .any(|criterion| !criterion.is_empty())
}

fn day(now: Millis) -> Option<Date> {
    Date::from_days_since_1970(now.div_euclid(DAY))
}

/// What stands for the rules as they hold on a day: where it is another, every image is looked at again.
pub(super) fn key(judge: &Judge<'_>, now: Millis) -> Vec<u8> {
    let today = day(now);
    let mut text = judge.rules.to_toml();
    for rule in judge.rules.rules() {
        if rule.expires.zip(today).is_some_and(|(last, today)| today > last) || today.is_none() {
            text.push_str("\nexpired ");
            text.push_str(&rule.id);
        }
    }
    if judge.rules.rules().any(asks_of_age) {
        text.push_str(&format!("\n{}", now.div_euclid(DAY)));
    }
    codec::hash(&[text.as_bytes()]).to_vec()
}

/// Since when each finding is known of the image, for rules that ask.
struct Since<'a> {
    since: &'a HashMap<(String, String), Date>,
}

impl Facts for Since<'_> {
    fn first_seen(&self, finding: &Finding) -> Option<Date> {
        self.since.get(&(finding.id.clone(), finding.package.purl.to_string())).copied()
    }
}

impl<'a> Exempter<'a> {
    pub(super) fn new(judge: &Judge<'a>, now: Millis) -> Self {
        Self {
            judge: *judge,
            day: day(now),
            per_image: judge.rules.rules().any(asks_of_place),
            names_image: judge.rules.rules().any(asks_of_image),
            classes: HashMap::new(),
            packages: Vec::new(),
            decided: Decided::default(),
            findings: HashMap::new(),
            rules: HashMap::new(),
            kept: Kept::default(),
        }
    }

    /// Whether nothing can be disabled at all.
    pub(super) fn is_idle(&self) -> bool {
        self.judge.rules.is_empty() || self.day.is_none()
    }

    /// Decides for an image, or finds that it was decided for others already.
    pub(super) fn look(
        &mut self,
        conn: &Connection,
        subject: i64,
        inventory: i64,
        loaded: &Loaded,
        since: Millis,
    ) -> Result<Exemption, Failed> {
        let Some(day) = self.day.filter(|_| !self.is_idle()) else { return Ok(Exemption::None) };
        let images = if self.names_image { images(conn, subject)? } else { vec![Image::default()] };
        if !self.per_image {
            let mut classes = Vec::with_capacity(images.len());
            for image in &images {
                let class = self.class(image, day);
                for &part in loaded.parts(inventory) {
                    if !self.decided.0.contains_key(&(class, part)) {
                        let disabling = self.of_part(conn, class, image, day, loaded, part)?;
                        self.decided.0.insert((class, part), disabling);
                    }
                }
                classes.push(class);
            }
            return Ok(Exemption::Classes(classes));
        }
        let mut all: Option<HashMap<i64, i64>> = None;
        for image in &images {
            let one = self.whole(conn, inventory, image, day, since)?;
            all = Some(match all {
                None => one,
                Some(all) => all.into_iter().filter(|(finding, _)| one.contains_key(finding)).collect(),
            });
        }
        let (all, mut packages) = (all.unwrap_or_default(), Vec::new());
        loaded.packages(inventory, &mut packages);
        let rows = packages.iter().filter_map(|package| loaded.weighed(*package));
        let rows = rows.flat_map(|weighed| &weighed.verdict.findings);
        let mut whole: Disabling = rows.filter_map(|row| Some((*row, *all.get(&row.id)?))).collect();
        whole.sort_unstable_by_key(|(row, _)| row.id);
        Ok(Exemption::Whole(whole))
    }

    /// What was decided for all images that were looked at.
    pub(super) fn decided(&self) -> &Decided {
        &self.decided
    }

    /// Images for which the same rules hold are one class.
    fn class(&mut self, image: &Image, day: Date) -> usize {
        let context = Context { image: Some(image), ..Context::on(day) };
        let mut held: Vec<String> = match self.names_image {
            false => Vec::new(),
            true => apply(self.judge.rules, &mut [], &context)
                .rules
                .into_iter()
                .filter(|rule| rule.state == RuleState::Unused)
                .map(|rule| rule.rule)
                .collect(),
        };
        held.sort_unstable();
        let next = self.classes.len();
        let class = *self.classes.entry(held).or_insert(next);
        if class == self.packages.len() {
            self.packages.push(HashMap::new());
        }
        class
    }

    /// What is disabled in a class of images of a part's findings.
    fn of_part(
        &mut self,
        conn: &Connection,
        class: usize,
        image: &Image,
        day: Date,
        loaded: &Loaded,
        part: u32,
    ) -> Result<Disabling, Failed> {
        let mut known = self.packages.get_mut(class).map(std::mem::take).unwrap_or_default();
        let (mut rows, mut bodies) = (Vec::new(), Vec::new());
        for package in loaded.part(part) {
            if let Entry::Vacant(new) = known.entry(*package) {
                new.insert(Vec::new());
                for row in loaded.weighed(*package).iter().flat_map(|weighed| &weighed.verdict.findings) {
                    rows.push((*package, *row));
                    bodies.push(match self.findings.entry(row.id) {
                        Entry::Occupied(known) => known.get().clone(),
                        Entry::Vacant(new) => new.insert(verdict::finding(conn, row.id)?.0).clone(),
                    });
                }
            }
        }
        if !bodies.is_empty() {
            apply(self.judge.rules, &mut bodies, &Context { image: Some(image), ..Context::on(day) });
        }
        for ((package, row), finding) in rows.into_iter().zip(bodies) {
            if let Some(by) = finding.disabled {
                let rule = self.rule(conn, by)?;
                known.entry(package).or_default().push((row, rule));
            }
        }
        let out = loaded.part(part).iter().filter_map(|package| known.get(package)).flatten();
        let out = out.copied().collect();
        if let Some(to) = self.packages.get_mut(class) {
            *to = known;
        }
        Ok(out)
    }

    /// The image's findings one by one, each where it is. A finding of a package that is in several places is disabled
    /// only where it is in all of them.
    fn whole(
        &mut self,
        conn: &Connection,
        inventory: i64,
        image: &Image,
        day: Date,
        scanned: Millis,
    ) -> Result<HashMap<i64, i64>, Failed> {
        let (mut ids, mut findings, mut since) = (Vec::new(), Vec::new(), HashMap::new());
        for (id, finding, at) in findings_of(conn, inventory, &self.kept, None)? {
            if let Some(day) = self::day(at.max(scanned)) {
                since.insert((finding.id.clone(), finding.package.purl.to_string()), day);
            }
            ids.push(id);
            findings.push(finding);
        }
        let facts = Since { since: &since };
        apply(self.judge.rules, &mut findings, &Context { now: day, image: Some(image), facts: &facts });
        let mut out: HashMap<i64, Option<i64>> = HashMap::new();
        for (id, finding) in ids.into_iter().zip(findings) {
            let rule = finding.disabled.map(|by| self.rule(conn, by)).transpose()?;
            out.entry(id).and_modify(|known| *known = known.and(rule)).or_insert(rule);
        }
        Ok(out.into_iter().filter_map(|(id, rule)| Some((id, rule?))).collect())
    }

    fn rule(&mut self, conn: &Connection, by: Disabled) -> Result<i64, Failed> {
        if let Some(id) = self.rules.get(&by) {
            return Ok(*id);
        }
        let body = String::from_utf8(codec::json(&by)?).unwrap_or_default();
        let id = inventory::rule(conn, &body)?;
        self.rules.insert(by, id);
        Ok(id)
    }
}

/// A finding of an image: its row, with the locations of its package, and since when it is known of the package.
pub(super) type Located = (i64, Finding, Millis);

/// The findings of an inventory that are no milder than `least`.
pub(super) fn findings_of(
    conn: &Connection,
    inventory: i64,
    kept: &Kept,
    least: Option<Severity>,
) -> Result<Vec<Located>, Failed> {
    let is = |finding: &Finding| least.is_none_or(|least| finding.severity >= least);
    let any = |judged: &Judged| judged.findings.iter().any(|(_, finding, _)| is(finding));
    let mut all = Vec::new();
    for Brought { judged, package, .. } in inventory::packages(&kept.view(conn)?, conn, inventory, any)? {
        let findings = judged.findings.iter().filter(|(_, finding, _)| is(finding));
        all.extend(findings.map(|(id, finding, since)| {
            // Only the package is the image's own.
            let finding = Finding { package: package.clone(), ..Finding::clone(finding) };
            (*id, finding, *since)
        }));
    }
    Ok(all)
}

/// The image as rules see it, once for each repository that it is in.
fn images(conn: &Connection, subject: i64) -> Result<Vec<Image>, Failed> {
    let mut select = conn.prepare_cached("SELECT digest, distro FROM subject WHERE id = ?1")?;
    let (digest, distro): (Vec<u8>, Option<String>) =
        select.query_row([subject], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut digests = vec![codec::digest(&digest)?.to_string()];
    let mut select = conn.prepare_cached(
        "SELECT s.digest FROM child c JOIN subject s ON s.id = c.parent WHERE c.subject = ?1",
    )?;
    for parent in select.query_map([subject], |row| row.get::<_, Vec<u8>>(0))? {
        digests.push(codec::digest(&parent?)?.to_string());
    }
    let distro = distro.map(|distro| codec::from_json(distro.as_bytes())).transpose()?;
    let mut select = conn.prepare_cached(
        "SELECT repository FROM place WHERE subject = ?1 AND (removed IS NULL OR pushed > removed)",
    )?;
    let repositories =
        select.query_map(params![subject], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
    let mut tags = conn.prepare_cached(
        "SELECT name FROM tag WHERE repository = ?2 AND until IS NULL
            AND (subject = ?1 OR subject IN (SELECT parent FROM child WHERE subject = ?1))",
    )?;
    let base_layers = base::of(conn, subject)?.map(|base| base.layers).filter(|layers| *layers > 0);
    let mut all = Vec::new();
    for repository in repositories {
        let place = known::place(conn, repository)?;
        all.push(Image {
            organisation: place.organisation,
            registry: Some(place.registry),
            project: place.project,
            repository: Some(place.repository),
            tags: tags
                .query_map(params![subject, repository], |row| row.get(0))?
                .collect::<Result<_, _>>()?,
            digests: digests.clone(),
            distro: Clone::clone(&distro),
            base_layers,
        });
    }
    if all.is_empty() {
        all.push(Image { digests, distro, base_layers, ..Image::default() });
    }
    Ok(all)
}
