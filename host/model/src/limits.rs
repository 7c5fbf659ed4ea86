//! Every limit of the host, in one place. Reaching one never breaks a build: the tool runs uncached.

use std::time::Duration;

/// Largest frame between client and daemon, bytes. Room for two streams at [`STREAM_BYTES`] each.
pub const FRAME_BYTES: usize = 40 << 20;
/// Most that is kept of one output stream of a run, bytes. A run that prints more is passed on and not stored.
pub const STREAM_BYTES: usize = 16 << 20;
/// How long a client waits for a daemon that it starts to be ready.
pub const START_WAIT: Duration = Duration::from_secs(10);
/// How long a client waits for the answer to a compile request before it runs the compiler itself.
pub const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// How long the daemon waits on a serving thread for the rest of a request that has begun to arrive.
pub const REQUEST_WAIT: Duration = Duration::from_secs(2);
/// Longest that a caller waits for another one's identical run, before it runs the tool itself.
pub const FLIGHT_WAIT: Duration = Duration::from_secs(40);

/// Rounds of questions in `plan`.
pub const PLAN_ROUNDS: usize = 8;
/// Rounds of questions in `collect`.
pub const COLLECT_ROUNDS: usize = 16;
/// Companions of one run.
pub const COMPANIONS: usize = 2;
/// Longest that a companion may run.
pub const COMPANION_TIME: Duration = Duration::from_secs(60);
/// Largest file that a plugin may read in `plan`, and most that it is given of standard input, bytes.
pub const READ_BYTES: u64 = 4 << 20;
/// How long a probe may run.
pub const PROBE_TIME: Duration = Duration::from_secs(20);
/// Most that is kept of one stream of a probe, bytes.
pub const PROBE_BYTES: usize = 1 << 20;
/// Largest dependency file that is read, bytes.
pub const DEPENDENCY_BYTES: u64 = 16 << 20;
/// Most files that a scan follows.
pub const SCAN_FILES: usize = 50_000;
/// Most files that are read while a tool runs, since it will most likely have read them.
pub const AHEAD_FILES: usize = 5_000;
/// Largest of them, bytes: the one that is being read when the tool ends is read to its end.
pub const AHEAD_BYTES: u64 = 16 << 20;
/// Most files of an observed tree.
pub const TREE_FILES: usize = 10_000;
/// Most files of one that is watched: each is in the list of what a remembered request rests on.
pub const TREE_FILES_WATCHED: usize = 500;
/// Most paths, names or findings in one answer.
pub const ANSWER_ITEMS: usize = 1_000_000;

/// Largest component that is loaded, bytes.
pub const COMPONENT_BYTES: usize = 8 << 20;
/// Most memory of one call of a plugin, bytes.
pub const PLUGIN_MEMORY_BYTES: usize = 64 << 20;
/// Longest that one call of a plugin may take.
pub const PLUGIN_TIME: Duration = Duration::from_secs(2);
/// Most elements of one table of a plugin.
pub const PLUGIN_TABLE_ELEMENTS: usize = 20_000;
/// Faults in a row after which a plugin is left alone for the rest of the daemon's life.
pub const PLUGIN_FAULTS: u32 = 3;
/// How long the compilation of a component may take.
pub const COMPONENT_COMPILE_TIME: Duration = Duration::from_secs(60);
/// Most memory of that, bytes.
pub const COMPONENT_COMPILE_BYTES: u64 = 4 << 30;

/// Largest output that is stored, bytes.
pub const OUTPUT_BYTES: u64 = 4 << 30;
/// Outputs up to this size are read into memory before the client is answered, bytes.
pub const SNAPSHOT_BYTES: u64 = 1 << 20;
/// Input lists that one manifest keeps, most recently useful first.
pub const MANIFEST_LISTS: usize = 16;
/// A digest is remembered for a stamp only if the file had been left alone for this long when it was hashed: longer than
/// the coarsest clock tick of a local filesystem with fine stamps (10 ms at 100 Hz).
pub const QUIET: Duration = Duration::from_millis(20);
/// The same where a stamp has no fraction of a second (FAT and old filesystems count in steps of 1 or 2 s).
pub const QUIET_COARSE: Duration = Duration::from_millis(2_100);
/// How long before a compile its source is made by what removes it right after.
pub const SOON: Duration = Duration::from_secs(2);
/// What must be free where tools write lists. One is 5 to 50 kB long.
pub const SCRATCH_BYTES: u64 = 4 << 20;
/// Most names in a folder of which a plugin is told them: 2 MB.
pub const FACT_NAMES: usize = 50_000;
/// Most names in a folder whose names are remembered: 50 kB.
pub const FOLDER_NAMES: usize = 1_000;
/// Folders whose names are remembered.
pub const FOLDERS_OF_NAMES: usize = 500;
/// Folders that builds write into which are looked at when a run has ended: a microsecond each.
pub const BUSY_FOLDERS: usize = 64;
/// Plans, contexts and file states remembered in memory, each.
pub const MEMO_ENTRIES: usize = 200_000;
/// Memories that are left for the next daemon; most take about 150 bytes.
pub const MEMORIES: u64 = 200_000;
/// Largest of them, bytes.
pub const MEMORY_BYTES: usize = 64 << 10;
/// Most files and folders that the system is asked to watch. Each keeps about a kilobyte of the kernel's memory; the system's
/// own limit is shared with the user's editors.
pub const WATCHES: usize = 50_000;
/// Most things among them whose changes are noted, 8 bytes each.
pub const WATCH_CLAIMS: usize = 1_000_000;
/// Most memory for requests that are remembered with their answers, bytes: some 40,000 of 300 inputs.
pub const REPEAT_BYTES: u64 = 64 << 20;
/// Requests that wait to be remembered. Those that find no room are remembered when they come again.
pub const REPEATS_WAITING: usize = 256;
/// Default of the cache's size, bytes.
pub const CACHE_BYTES: u64 = 10 << 30;
/// The daemon leaves after this long without a request.
pub const IDLE: Duration = Duration::from_secs(3 * 60 * 60);
