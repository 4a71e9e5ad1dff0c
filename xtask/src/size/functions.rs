//! `size --functions`: where the core's bytes go, function by function, as they ship.

use std::collections::BTreeMap;

use anyhow::Result;
use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

use crate::build::names::Names;
use crate::build::wasm::{self, Core};
use crate::repo::Repo;

/// How many are shown.
const ROWS: usize = 50;

/// What a module consists of.
#[derive(Default)]
struct Anatomy {
    /// Bytes and name of each function with a body.
    functions: Vec<(usize, String)>,
    data: usize,
}

pub fn print(repo: &Repo) -> Result<()> {
    let bound = wasm::bind(repo, Core::Standard, &wasm::compile(repo, Core::Standard)?, Names::Kept)?;
    let anatomy = anatomy(&wasm::optimise(repo, Core::Standard, &bound.wasm, Names::Kept)?)?;
    let code: usize = anatomy.functions.iter().map(|(bytes, _)| bytes).sum();
    for (bytes, name) in anatomy.functions.iter().take(ROWS) {
        println!("{bytes:>7}  {name}");
    }
    println!(
        "{code:>7}  all {} functions\n{:>7}  data",
        anatomy.functions.len(),
        anatomy.data
    );
    Ok(())
}

/// The functions of a module, the largest first.
fn anatomy(module: &[u8]) -> Result<Anatomy> {
    let mut imported = 0;
    let mut bodies = Vec::new();
    let mut names = BTreeMap::new();
    let mut data = 0;
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::DataSection(section) => data = section.range().len(),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(subsections) = section.as_known() {
                    for subsection in subsections {
                        if let Name::Function(map) = subsection? {
                            for naming in map {
                                let naming = naming?;
                                names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let name = |index: u32| {
        names
            .get(&index)
            .cloned()
            .unwrap_or_else(|| format!("function {index}"))
    };
    let mut functions: Vec<_> = (imported..)
        .zip(bodies)
        .map(|(index, bytes)| (bytes, name(index)))
        .collect();
    functions.sort_by_key(|(bytes, _)| std::cmp::Reverse(*bytes));
    Ok(Anatomy { functions, data })
}
