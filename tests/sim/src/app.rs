//! One page's application and façade: what it logs, and how that is handed over. What is on the tape has not been
//! accepted by the core yet.

use sapwood::core::level::Level;
use sapwood::core::stats::DropReason;
use serde_json::json;

use crate::common::records::{Pair, Records, pair};
use crate::judge::Accepted;
use crate::plan::Plan;
use crate::rng::Rng;
use crate::sent::SECRET;

/// Drops that the façade makes (engine.ts): what the core must count under any of them.
const FACADE_DROPS: [DropReason; 8] = [
    DropReason::Sampled,
    DropReason::BeforeSend,
    DropReason::Unserialisable,
    DropReason::Consent,
    DropReason::NotReady,
    DropReason::NotConfigured,
    DropReason::Closed,
    DropReason::CoreFailed,
];

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct App {
    /// Names the page in its messages.
    name: String,
    seq: u64,
    token: u32,
    /// What waits to be handed over, and since when.
    tape: Vec<Accepted>,
    drops: Vec<(DropReason, u32)>,
    flows: Vec<(String, u32)>,
    resource: Option<String>,
    broken: bool,
}

/// What is handed over in one crossing.
#[derive(Debug)]
pub(crate) struct Crossing {
    pub(crate) bytes: Vec<u8>,
    pub(crate) waited: u64,
    pub(crate) entries: Vec<Accepted>,
    pub(crate) drops: Vec<(DropReason, u32)>,
    pub(crate) broken: bool,
}

impl App {
    pub(crate) fn new(page: usize) -> App {
        App {
            name: page.to_string(),
            ..App::default()
        }
    }

    /// A token that no flush has had.
    pub(crate) fn token(&mut self) -> u32 {
        self.token += 1;
        self.token
    }

    /// Logs something; whether the tape was empty before.
    pub(crate) fn log(&mut self, rng: &mut Rng, plan: &Plan, unix: u64, at: u64) -> bool {
        let flow = (plan.flows && rng.chance(400)).then(|| self.flow_step(rng));
        let level = rng.pick(&Level::ALL);
        let (fill, secret) = (rng.pick(&plan.fills), plan.secrets && rng.chance(300));
        self.push(Accepted {
            seq: 0,
            stamp: unix,
            level: name(level),
            message: if plan.monotonous && rng.chance(700) {
                "again".to_owned()
            } else {
                String::new()
            },
            fill,
            secret,
            flow,
            at,
            writable: true,
        })
    }

    /// Logs an entry that cannot be written.
    pub(crate) fn log_unwritable(&mut self, unix: u64, at: u64) -> bool {
        self.log_plain(Level::Info, 0, unix, at);
        if let Some(entry) = self.tape.last_mut() {
            entry.writable = false;
        }
        self.tape.len() == 1
    }

    /// Logs an entry with so much to carry.
    pub(crate) fn log_plain(&mut self, level: Level, fill: usize, unix: u64, at: u64) -> bool {
        self.push(Accepted {
            seq: 0,
            stamp: unix,
            level: name(level),
            message: String::new(),
            fill,
            secret: false,
            flow: None,
            at,
            writable: true,
        })
    }

    fn push(&mut self, mut entry: Accepted) -> bool {
        self.seq += 1;
        entry.seq = self.seq;
        if entry.message.is_empty() {
            entry.message = format!("m{}.{}", self.name, self.seq);
        }
        self.tape.push(entry);
        self.tape.len() == 1
    }

    fn flow_step(&mut self, rng: &mut Rng) -> (String, u32) {
        if self.flows.len() < 3 {
            let id = format!("checkout-{}{}", self.name, self.flows.len());
            self.flows.push((id, 0));
        }
        let at = rng.below(self.flows.len() as u64) as usize;
        let (id, step) = &mut self.flows[at];
        *step += 1;
        (id.clone(), *step - 1)
    }

    /// The façade drops some by itself.
    pub(crate) fn drop_some(&mut self, rng: &mut Rng) {
        let count = rng.between(1, 5) as u32;
        self.seq += u64::from(count);
        self.drops.push((rng.pick(&FACADE_DROPS), count));
    }

    /// The page's address changes.
    pub(crate) fn navigate_within(&mut self, rng: &mut Rng) {
        let url = format!(
            r#","sdk":{{"name":"sapwood"}},"resource":{{"url":"https://shop.example/{}"}}"#,
            rng.below(9)
        );
        self.resource = Some(url);
    }

    /// The next crossing ends in what nobody can read.
    pub(crate) fn break_record(&mut self) {
        self.broken = true;
    }

    /// What waits goes over.
    pub(crate) fn cross(&mut self, now: u64) -> Option<Crossing> {
        let entries = std::mem::take(&mut self.tape);
        let drops = std::mem::take(&mut self.drops);
        let resource = self.resource.take();
        let broken = std::mem::take(&mut self.broken);
        if entries.is_empty() && drops.is_empty() && resource.is_none() && !broken {
            return None;
        }
        let waited = entries.first().map_or(0, |oldest| now - oldest.at);
        let mut records = Records::default()
            .scope(&[])
            .scope(&[pair("context", json!({ "auth": { "token": SECRET }, "plan": "free" }))]);
        for entry in &entries {
            let severity = if entry.writable { severity(entry.level) } else { 2 };
            let scope = u32::from(entry.secret);
            records = records.entry(entry.seq, severity, &entry.stamp.to_string(), scope, &fields(entry));
        }
        for (reason, count) in &drops {
            records = records.dropped(*reason as u32, *count);
        }
        if let Some(resource) = resource {
            records = records.resource(&resource);
        }
        if broken {
            records = records.raw(&[0xc1]);
        }
        // What the core holds against an entry is the age of the oldest.
        let at = now - waited;
        Some(Crossing {
            bytes: records.bytes(),
            waited,
            entries: entries.into_iter().map(|entry| Accepted { at, ..entry }).collect(),
            drops,
            broken,
        })
    }
}

fn fields(entry: &Accepted) -> Vec<Pair> {
    let mut data = json!({ "fill": "x".repeat(entry.fill) });
    if entry.secret {
        data["password"] = SECRET.into();
        data["link"] = format!("see https://user:{SECRET}@shop.example/cart?card={SECRET}#{SECRET}").into();
    }
    let mut fields = vec![pair("message", entry.message.clone().into()), pair("data", data)];
    if let Some((id, step)) = &entry.flow {
        fields.push(pair("flowId", id.clone().into()));
        fields.push(pair("stepIndex", (*step).into()));
    }
    fields
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
        Level::Fatal => "fatal",
    }
}

fn severity(level: &str) -> u32 {
    let level = Level::ALL.iter().find(|other| name(**other) == level);
    *level.expect("a level's name") as u32
}
