//! The trait that a plugin implements, and the macro that makes a component of it.

use crate::answer;
use crate::contract::{Collected, Decision, Description, Invocation, Outcome};

/// Knowledge of some tools. All three are pure: the same arguments give the same answer, always, since the host
/// remembers answers. What is not overridden means "not cached".
pub trait Plugin {
    /// Who the plugin is and everything that it may ask for.
    fn describe() -> Description;

    /// What a command line is. Asked again with the answers so far until it no longer says `need`.
    fn plan(invocation: &Invocation) -> Decision {
        answer::bypass("not-handled", invocation.tool.name.clone())
    }

    /// What a run read. Asked again with the facts so far until it no longer says `facts`.
    fn collect(_outcome: &Outcome) -> Collected {
        answer::refuse("not-handled", String::new())
    }
}

/// Makes a component of a type that implements [`Plugin`]. Does nothing where the target is not WebAssembly, so that
/// several plugins can be linked into one native test.
#[macro_export]
macro_rules! export {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        mod component {
            use $crate::contract::{Collected, Decision, Description, Failure, Guest, Invocation, Outcome};

            struct Component;

            impl Guest for Component {
                fn describe() -> Description {
                    <$plugin as $crate::Plugin>::describe()
                }

                fn plan(invocation: Invocation) -> Result<Decision, Failure> {
                    Ok(<$plugin as $crate::Plugin>::plan(&invocation))
                }

                fn collect(outcome: Outcome) -> Result<Collected, Failure> {
                    Ok(<$plugin as $crate::Plugin>::collect(&outcome))
                }
            }

            $crate::bindings::export_component!(Component with_types_in $crate::bindings);
        }
    };
}
