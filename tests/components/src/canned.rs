//! Builds a component whose three functions give answers that were written down, or run given code.

use wit_component::{ComponentEncoder, StringEncoding};
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Resolve, UnresolvedPackageGroup, WorldItem};

use crate::layout::Layout;
use crate::memory::Memory;

/// The contract that components are made for, as it stands in the repository.
const WIT: &str = include_str!("../../../wit/plugin.wit");

/// Code of one of the functions, made when the layout is known. Parameters are numbered locals; the code leaves the
/// address of the answer.
type Code = Box<dyn Fn(&Layout<'_>) -> String>;

/// One function: what it answers, as the text of a WAVE value, and its code where that is not just to give the answer.
struct Function {
    name: &'static str,
    rounds: Vec<Round>,
    answer: String,
    code: Option<Code>,
}

/// An answer that is given as long as something holds: code that leaves a number, zero for no.
struct Round {
    holds: Code,
    answer: String,
}

/// A component to be built.
pub struct Canned {
    wit: String,
    import: String,
    functions: [Function; 3],
}

impl Canned {
    /// A component of this id that claims the program name `victim`, declines every call, and read nothing in any run.
    pub fn new(id: &str) -> Canned {
        let function = |name, answer: String| Function { name, rounds: Vec::new(), answer, code: None };
        let nothing = "ok(done({chains: [], inputs: [], lookups: [], variables: [], directory: false, more: []}))";
        Canned {
            wit: WIT.to_owned(),
            import: String::new(),
            functions: [
                function("describe", description(id)),
                function("plan", "ok(decline)".into()),
                function("collect", nothing.into()),
            ],
        }
    }

    /// Changes the description, given its text.
    pub fn describe(mut self, change: impl FnOnce(String) -> String) -> Canned {
        let answer = std::mem::take(&mut self.functions[0].answer);
        self.functions[0].answer = change(answer);
        self
    }

    /// Answers `plan` with this decision.
    pub fn plan(mut self, decision: &str) -> Canned {
        self.functions[1].answer = format!("ok({decision})");
        self
    }

    /// Answers `plan` with this failure.
    pub fn plan_fails(mut self, failure: &str) -> Canned {
        self.functions[1].answer = format!("err({failure})");
        self
    }

    /// Answers `collect` with this.
    pub fn collect(mut self, collected: &str) -> Canned {
        self.functions[2].answer = format!("ok({collected})");
        self
    }

    /// Answers `plan` with this decision as long as this code says so; what was said of earlier rounds comes first.
    pub fn plan_while(mut self, holds: impl Fn(&Layout<'_>) -> String + 'static, decision: &str) -> Canned {
        self.functions[1].rounds.push(Round { holds: Box::new(holds), answer: format!("ok({decision})") });
        self
    }

    /// Answers `collect` with this as long as this code says so; what was said of earlier rounds comes first.
    pub fn collect_while(mut self, holds: impl Fn(&Layout<'_>) -> String + 'static, collected: &str) -> Canned {
        self.functions[2].rounds.push(Round { holds: Box::new(holds), answer: format!("ok({collected})") });
        self
    }

    /// Runs this code in `describe`.
    pub fn describe_code(mut self, code: impl Fn(&Layout<'_>) -> String + 'static) -> Canned {
        self.functions[0].code = Some(Box::new(code));
        self
    }

    /// Runs this code in `plan`. Local 0 is the address of the invocation.
    pub fn plan_code(mut self, code: impl Fn(&Layout<'_>) -> String + 'static) -> Canned {
        self.functions[1].code = Some(Box::new(code));
        self
    }

    /// Runs this code in `collect`. Local 0 is the address of the outcome.
    pub fn collect_code(mut self, code: impl Fn(&Layout<'_>) -> String + 'static) -> Canned {
        self.functions[2].code = Some(Box::new(code));
        self
    }

    /// Changes the text of the contract that the component is made for.
    pub fn wit(mut self, change: impl FnOnce(&str) -> String) -> Canned {
        self.wit = change(&self.wit);
        self
    }

    /// Adds an import to the core module.
    pub fn import(mut self, import: &str) -> Canned {
        self.import = import.to_owned();
        self
    }

    /// The component.
    ///
    /// # Panics
    /// If an answer is no value of its type or code is no WebAssembly: the test that wrote it is wrong.
    pub fn build(self) -> Vec<u8> {
        let mut resolve = Resolve::default();
        let parsed =
            UnresolvedPackageGroup::parse("plugin.wit", &self.wit).unwrap_or_else(|(_, error)| panic!("{error}"));
        let package = resolve.push_group(parsed).unwrap_or_else(|error| panic!("{error}"));
        let world = resolve.select_world(&[package], Some("plugin")).expect("the package has the world");
        let interface = resolve.worlds[world].exports.values().find_map(|item| match item {
            WorldItem::Interface { id, .. } => Some(*id),
            _ => None,
        });
        let interface = interface.expect("the world exports the interface");
        let module = self.core_module(&resolve, interface);
        let mut module = wat::parse_str(&module).unwrap_or_else(|error| panic!("{error}"));
        wit_component::embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)
            .expect("the world can be embedded");
        let encoder = ComponentEncoder::default().validate(true).module(&module);
        encoder.and_then(|mut encoder| encoder.encode()).unwrap_or_else(|error| panic!("{error:#}"))
    }

    fn core_module(&self, resolve: &Resolve, interface: wit_parser::InterfaceId) -> String {
        let name = resolve.id_of(interface).expect("the interface has a name");
        let mut memory = Memory::new(resolve);
        let mut functions = String::new();
        for function in &self.functions {
            let signature = &resolve.interfaces[interface].functions[function.name];
            let answer = signature.result.expect("the function answers");
            let rounds = function.rounds.iter().map(|round| {
                let layout = memory.lay_out(answer, &round.answer);
                format!("(if {} (then (return (i32.const {})))) ", (round.holds)(&layout), layout.answer())
            });
            let rounds: String = rounds.collect();
            let layout = memory.lay_out(answer, &function.answer);
            let code = match &function.code {
                Some(code) => code(&layout),
                None => format!("(i32.const {})", layout.answer()),
            };
            let flat = resolve.wasm_signature(AbiVariant::GuestExport, signature);
            let parameters: String = flat.params.iter().map(|kind| format!(" {}", core_type(*kind))).collect();
            let export = format!("{name}#{}", function.name);
            functions += &format!("  (func (export \"{export}\") (param{parameters}) (result i32) {rounds}{code})\n");
        }
        let import = &self.import;
        let (start, data, end) = (Memory::START, memory.text(), memory.end());
        format!(
            r#"(module {import}
  (memory (export "memory") 4)
  (data (i32.const {start}) "{data}")
  (global $free (mut i32) (i32.const {end}))
{functions}
{REALLOC})"#
        )
    }
}

/// Gives fresh memory and never takes any back: an instance lives for one call.
const REALLOC: &str = r#"  (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $free (i32.add (local.get $at) (local.get $new)))
    (block $enough
      (loop $more
        (br_if $enough (i32.le_u (global.get $free) (i32.mul (memory.size) (i32.const 65536))))
        (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))
        unreachable))
    (local.get $at))"#;

fn core_type(kind: WasmType) -> &'static str {
    match kind {
        WasmType::I32 | WasmType::Pointer | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
    }
}

fn description(id: &str) -> String {
    format!(
        r#"{{id: "{id}", version: "1.0.0", about: "a plugin for tests", key-version: 1, programs: ["victim"], environment: [], grants: [], tokens: [], more: []}}"#
    )
}
