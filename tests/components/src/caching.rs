//! Components that cache calls of `victim source copy`, and are asked for more of it by each test.

use crate::canned::Canned;

/// What a call reads and writes: the file `source`, and `copy`.
pub struct Caching {
    /// Id of the component.
    pub id: &'static str,
    /// The grants of its description: a WAVE list.
    pub grants: &'static str,
    /// What becomes of failures: `forget`, `keep` or `keep-where-nothing-is`.
    pub failures: &'static str,
    /// The unit's `ahead`.
    pub ahead: &'static str,
}

impl Default for Caching {
    fn default() -> Self {
        Caching { id: "caching", grants: "[]", failures: "forget", ahead: "none" }
    }
}

impl Caching {
    /// A component that plans so, and says that the run read the file `more`.
    pub fn canned(&self) -> Canned {
        let grants = self.grants;
        let token = r#"[{id: "names", find: name({lead: "@", words: [], delimiters: [("<", ">")]})}]"#;
        let describe = |text: String| {
            text.replace("grants: []", &format!("grants: {grants}")).replace("tokens: []", &format!("tokens: {token}"))
        };
        Canned::new(self.id).describe(describe).plan(&self.plan("[]")).collect(&done("more"))
    }

    /// The decision, with these additions.
    pub fn plan(&self, additions: &str) -> String {
        let Caching { failures, ahead, .. } = self;
        let source = r#"{path: "source", observe: content, absence: must-exist}"#;
        let copy = r#"{role: "copy", path: "copy", required: true, named-by: some(1), replaced: false}"#;
        format!(
            "run({{chains: [[\".\"]], unit: {{roles: [key, out(output-path)], key: [], sometimes: [], directory-in-key: true, \
             irrelevant-environment: [], inputs: [{source}], lookups: [], outputs: [{copy}], additions: {additions}, \
             dependencies: [], failures: {failures}, ahead: {ahead}, earlier: [], state: [], more: []}}, assumptions: [], \
             more: []}})"
        )
    }
}

/// The answer that a run read this file besides.
pub fn done(path: &str) -> String {
    let input = format!(r#"{{path: "{path}", observe: content, absence: must-exist}}"#);
    format!("done({{chains: [], inputs: [{input}], lookups: [], variables: [], directory: false, more: []}})")
}
