//! When a stamp vouches for what was seen under it.
//!
//! Two writes within one tick of the file system's clock leave the same stamp. So what is seen of a file is remembered
//! only if the file had been left alone for longer than a tick when it was looked at: any later write then leaves another
//! stamp. And only local file systems are known to write stamps by this machine's clock and at every change.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use zccache_model::limits;

use crate::stamp::Stamp;
use crate::unix;

const SECOND: i128 = 1_000_000_000;

/// Whether a file with this stamp had been left alone for long enough at `now`, which was read before the stamp.
pub(crate) fn is_quiet(stamp: &Stamp, now: i128) -> bool {
    // Only the kernel sets the change time, so a fraction there shows that the file system keeps fractions.
    let keeps_fractions = stamp.ctime % SECOND != 0;
    let quiet = nanoseconds(if keeps_fractions { limits::QUIET } else { limits::QUIET_COARSE });
    stamp.ctime.max(stamp.mtime).saturating_add(quiet) < now
}

/// Whether what is seen of this open file or folder may be remembered under its stamp.
pub(crate) fn vouches(stamp: &Stamp, now: i128, file: impl AsFd) -> bool {
    is_quiet(stamp, now) && unix::is_local(file)
}

/// The same for a path whose stamp, links followed, is `stamp`.
pub(crate) fn vouches_at(stamp: &Stamp, now: i128, path: &Path) -> bool {
    is_quiet(stamp, now) && unix::is_local_at(path)
}

fn nanoseconds(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use zccache_model::plan::FileKind;

    use super::*;

    const MILLISECOND: i128 = 1_000_000;
    const NOW: i128 = 1_000 * SECOND;

    fn quiet(mtime: i128, ctime: i128) -> bool {
        is_quiet(&Stamp { device: 1, inode: 1, size: 1, mtime, ctime, kind: FileKind::File }, NOW)
    }

    #[test]
    fn a_file_is_quiet_once_it_is_older_than_the_coarsest_tick() {
        assert!(quiet(NOW - 21 * MILLISECOND, NOW - 21 * MILLISECOND));
        assert!(!quiet(NOW - 20 * MILLISECOND, NOW - 20 * MILLISECOND));
        assert!(!quiet(NOW - 4 * MILLISECOND, NOW - 4 * MILLISECOND));
        assert!(!quiet(NOW - SECOND / 2, NOW - 4 * MILLISECOND), "a restored modification time hides nothing");
    }

    #[test]
    fn a_stamp_without_fractions_takes_longer_to_be_quiet() {
        assert!(!quiet(NOW - SECOND, NOW - SECOND));
        assert!(!quiet(NOW - 2 * SECOND, NOW - 2 * SECOND));
        assert!(quiet(NOW - 3 * SECOND, NOW - 3 * SECOND));
        assert!(quiet(NOW - SECOND, NOW - SECOND + MILLISECOND), "the change time has fractions");
    }

    #[test]
    fn a_stamp_of_the_future_never_vouches() {
        assert!(!quiet(NOW + SECOND, NOW - 3 * SECOND));
        assert!(!quiet(NOW - 3 * SECOND, NOW + SECOND));
        assert!(!quiet(i128::MAX, NOW - 3 * SECOND));
    }
}
