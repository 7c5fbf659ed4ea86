//! The projects of the survey, those first that most people meet.

mod autotools;
mod linux;
mod make;
mod ninja;
mod rust;

use crate::survey::project::Project;

/// All of them, in the order of the document.
pub(crate) fn all() -> Vec<Project> {
    [make::all(), linux::all(), ninja::all(), autotools::all(), rust::all()].into_iter().flatten().collect()
}
