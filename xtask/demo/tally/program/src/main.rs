//! Counts what is in files, all at once.

use std::error::Error;
use std::path::PathBuf;

use clap::Parser;
use tally_count::Tally;
use tokio::fs;
use tokio::task::JoinSet;

/// Counts what is in files.
#[derive(Parser)]
#[command(version, after_help = concat!("Built for ", env!("TALLY_PROFILE")))]
struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// What to count
    files: Vec<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let mut readers = JoinSet::new();
    for file in arguments.files {
        readers.spawn(async move {
            let text = fs::read_to_string(&file).await?;
            Ok::<_, std::io::Error>(Tally::of(&file.display().to_string(), &text))
        });
    }
    let mut tallies = readers.join_all().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    tallies.sort_by(|one, other| one.name.cmp(&other.name));
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&tallies)?);
        return Ok(());
    }
    println!("{}", Tally::COLUMNS.join("\t"));
    for Tally { name, lines, words, common } in tallies {
        println!("{name}\t{lines}\t{words}\t{common}");
    }
    Ok(())
}
