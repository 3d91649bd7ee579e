//! One binary: reads the command and hands over.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use portico::{
    app::command,
    rehearsal::{self, Rehearsed, Wanted},
    sim::{Hears, Understands},
};

/// The front desk that never misses a call.
///
/// Portico stands between the carrier's SIP trunk and the office's desk phones. Calls ring the phones first; when
/// nobody answers, the box answers itself, with speech recognition, understanding and a voice that run on it alone.
///
/// Without a portico.toml, `portico run` starts in practice mode: it makes up an office, plays the carrier and the
/// phones itself, and places a call, so that you can see and hear what it does.
#[derive(Debug, Parser)]
#[command(name = "portico", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start Portico and stay up.
    ///
    /// Reads portico.toml; if there is none, writes one for practice mode and says so. Stops on Ctrl-C or SIGTERM,
    /// after saying goodbye (BYE) to every call. SIGHUP makes it read the file again, without ending a call.
    Run {
        /// The configuration file.
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// In practice mode, do not place the first practice call.
        #[arg(long)]
        quiet: bool,
    },
    /// Place a practice call into a running Portico, and show it as it happens.
    ///
    /// Plays the carrier: sends the INVITE from a loopback (or other trusted) address, speaks the caller's lines with a
    /// synthetic voice over real RTP, listens to the answers, takes the texts, and measures every reply. The Portico
    /// that is called must accept this machine as its trunk; one in practice mode does.
    Practice {
        /// A scenario by name (see --list), or a file. Default: `leak`.
        scenario: Option<String>,
        /// Where the running Portico listens for SIP.
        #[arg(long, default_value = "127.0.0.1:5060")]
        to: SocketAddr,
        /// Where this practice carrier listens; calls are sent from here. The default takes any free port.
        #[arg(long, default_value = "127.0.0.1:0")]
        from: SocketAddr,
        /// Models for the caller's voice and for hearing when the agent has finished.
        #[arg(long, default_value = "models", env = "PORTICO_MODELS")]
        models: PathBuf,
        /// Place the call this many times, one after another.
        #[arg(long, default_value_t = 1)]
        times: u32,
        /// Keep this many calls up at once.
        #[arg(long, default_value_t = 1)]
        at_once: u32,
        /// Let one caller hold the conversation first; the others repeat what that one said, and listen for silence alone.
        /// They weigh next to nothing, so that the agent has the machine to itself.
        #[arg(long)]
        by_heart: bool,
        /// Print the reply latencies of all calls (P50, P95) at the end, as one JSON line.
        #[arg(long)]
        figures: bool,
        /// List the scenarios that come with Portico.
        #[arg(long)]
        list: bool,
    },
    /// Play stories in virtual time and print each call's ladder.
    ///
    /// A story is a text file: who calls, what the phones do, what the network loses. No socket, no clock and no model
    /// is used; a week takes milliseconds, and the same seed gives the same ladder.
    Simulate {
        /// Story files.
        #[arg(required = true)]
        stories: Vec<PathBuf>,
        /// Compare with the .ladder file beside each story, and fail when it differs.
        #[arg(long)]
        compare: bool,
        /// Write the .ladder file beside each story.
        #[arg(long, conflicts_with = "compare")]
        bless: bool,
    },
    /// Let scores of made-up callers phone this office in virtual time, and say what would go wrong.
    ///
    /// They report leaks and gas, want to see homes, mumble, sell, correct themselves, ask what nobody may answer. The office is
    /// the one of the configuration, with its hours, phones, people on call and facts. Nobody is rung, nothing is sent or stored.
    Rehearse {
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// A file of callers of your own instead of those that come with Portico.
        #[arg(long)]
        callers: Option<PathBuf>,
        /// Only callers with this in their title.
        #[arg(long)]
        only: Option<String>,
        /// Print every conversation, not only those with a fault.
        #[arg(long)]
        transcripts: bool,
        /// Print the ladder of each call with a fault.
        #[arg(long)]
        ladders: bool,
        /// Write the sheet as one page with pictures and every conversation.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Models for understanding, if they are not where the configuration has them; without any, words alone are used.
        #[arg(long, env = "PORTICO_MODELS")]
        models: Option<PathBuf>,
        /// Understand by words alone, as where there is no sentence encoder.
        #[arg(long)]
        words_only: bool,
        /// Callers speak: synthetic voices over a telephone line (8 kHz, µ-law), recognised as in a call. Around them it
        /// is quiet, or street, loud, television; mixed: each in turn.
        #[arg(long, value_name = "BACKGROUND", num_args = 0..=1, default_missing_value = "mixed")]
        by_ear: Option<String>,
        /// So many callers who dictate a name, a unit and a number and check what is read back, instead of the others.
        #[arg(long, value_name = "CALLERS", conflicts_with = "callers")]
        dictations: Option<usize>,
        /// Pairs of callers instead, who ask the same and differ in one thing alone (a name, children, a voucher, a faith): were
        /// they told, asked and offered the same?
        #[arg(long, conflicts_with_all = ["callers", "dictations", "only"])]
        pairs: bool,
        /// Keep how the pairs were treated in the records, where the console shows it. The box does so itself each month.
        #[arg(long, requires = "pairs")]
        keep: bool,
    },
    /// Hold calls with the agent once more, from what is stored of them, with the configuration and models of today.
    ///
    /// With a call's id: tells it again what it was told, and says turn by turn whether the decisions are identical. With
    /// `--since 30d`: understands the words of all those calls anew, says which would go otherwise, and fails if an emergency
    /// would no longer be one or a call would bring less: to be run with `--config edited.toml` before an edit goes live.
    Replay {
        /// The id of the call, as the console and `portico explain` show it.
        #[arg(conflicts_with = "since")]
        call: Option<String>,
        /// All calls of so long a time: 30d, 12h.
        #[arg(long, value_name = "SPAN")]
        since: Option<String>,
        /// The configuration to hold the calls against.
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// The folder of the records, if it is not the one of the configuration.
        #[arg(long, value_name = "FOLDER")]
        records: Option<PathBuf>,
        /// Models, if they are not where the configuration has them.
        #[arg(long, env = "PORTICO_MODELS")]
        models: Option<PathBuf>,
        /// Understand by words alone, as where there is no sentence encoder.
        #[arg(long)]
        words_only: bool,
        /// Hear the call's recording again, too, and compare the words.
        #[arg(long, conflicts_with = "since")]
        audio: bool,
        /// A folder with an edited script and rules of danger, laid out as firmware-config/dialogue is.
        #[arg(long, value_name = "FOLDER")]
        script: Option<PathBuf>,
        /// A call that you have looked at and that may go otherwise; may be said several times.
        #[arg(long, value_name = "CALL", requires = "since")]
        accept: Vec<String>,
        /// Fail when any call goes otherwise, not only when one is worse off.
        #[arg(long, requires = "since")]
        strict: bool,
    },
    /// Check the configuration: every problem with its line, what is wrong and the cure.
    Check {
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// Print a whole example file with comments instead.
        #[arg(long)]
        example: bool,
    },
    /// Say what would become of a number that a phone dials, trunk by trunk, without calling anybody.
    Route {
        number: String,
        /// The extension that dials it.
        #[arg(long, default_value = "101")]
        from: String,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
    },
    /// Say what would happen to a call to one of the office's numbers at a moment: which plan rings, and why.
    Foresee {
        /// One of the office's numbers, such as +13035550100.
        number: String,
        /// The office's local time, such as 2026-12-25T10:00.
        time: String,
        /// How the day/night key stands: clock, day or night.
        #[arg(long, default_value = "clock")]
        key: String,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
    },
    /// Print the timeline of an escalation to people on call, and check that nothing of it was changed.
    Timeline {
        /// The id of the call in which danger was heard.
        call: String,
        /// The public key of the box, as its health page has it; the one beside the records if not said.
        #[arg(long)]
        key: Option<String>,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
    },
    /// Tell why a call went the way it went: each decision, what went over the wire, each leg's quality.
    ///
    /// Without a call, lists the latest ones with their ids. Reads the records; Portico may be running or not.
    Explain {
        /// The id of the call, as the console and this list show it.
        call: Option<String>,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// Also write what went over the wire as a capture file, for Wireshark and its like.
        #[arg(long, value_name = "FILE", requires = "call")]
        pcap: Option<PathBuf>,
    },
    /// Write the whole office to one file: configuration, records, keys, music, mailboxes. Portico may be running.
    Backup {
        /// The file; portico-DATE.tar if none is named.
        file: Option<PathBuf>,
        /// Take the call recordings along: they may be many gigabytes.
        #[arg(long)]
        recordings: bool,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
    },
    /// Bring an office back from such a file, on this box or a new one: phones register again by themselves.
    Restore {
        file: PathBuf,
        /// Where the configuration goes; the records go where it says.
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// Put aside what is there.
        #[arg(long)]
        force: bool,
    },
    /// Carry extensions and numbers over from another telephone system's CSV files.
    ///
    /// Reads FreePBX's bulk exports (extensions and inbound routes) and plain lists with the columns
    /// extension,name,password,voicemail,numbers. Prints lines for portico.toml, and on standard error what a person has
    /// to look at. Spoken greetings are not in such files: they are recorded or written anew.
    Import {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// How numbers without a country are dialled (ISO 3166).
        #[arg(long, default_value = "US")]
        country: String,
        /// Add the lines to this configuration, unless it would have problems then.
        #[arg(long, value_name = "CONFIG")]
        append: Option<PathBuf>,
    },
    /// Tell what a script asks of whom, and name what is to be mended in it with file, line and cure.
    Pack {
        /// residential, commercial or brokerage, or a file of your own; the one of the configuration if none is named.
        name: Option<String>,
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
    },
    /// Read lines on standard input, and write how each is understood: one JSON object a line.
    Understand {
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// Models, if they are not where the configuration has them.
        #[arg(long, env = "PORTICO_MODELS")]
        models: Option<PathBuf>,
        /// Do without the sentence encoder, as a box without its model does.
        #[arg(long)]
        words_only: bool,
    },
    /// Train the intent model from the project's utterances and the sentence encoder. The result is reproducible.
    Train {
        #[arg(long, default_value = "models", env = "PORTICO_MODELS")]
        models: PathBuf,
        /// Train even if the model on disk is of the same utterances and encoder.
        #[arg(long)]
        force: bool,
    },
    /// Examine the intent model on the project's utterances that it has not learnt from: one report.
    ///
    /// Precision, recall and F1 of every call type with 95 % intervals, what is taken for what, dangers to life missed
    /// and false alarms, each quoted, how far confidence is to be trusted, and the proof that no utterance is in
    /// training and test.
    Evaluate {
        #[arg(long, default_value = "models", env = "PORTICO_MODELS")]
        models: PathBuf,
        /// Do without the sentence encoder, as a box without its model does.
        #[arg(long)]
        words_only: bool,
        /// Also examine by ear: so many utterances at each background of sound, said by synthetic voices over a telephone
        /// line and recognised as in a call; some three a second.
        #[arg(long, value_name = "UTTERANCES", num_args = 0..=1, default_missing_value = "150")]
        by_ear: Option<usize>,
        /// Examine how the agent takes turns instead: so many callers dictate a number, as many say mm-hm, cough or have a
        /// television on while it speaks, and as many interrupt it, by voice and ear in virtual time; some two seconds for each.
        #[arg(long, value_name = "CALLERS", num_args = 0..=1, default_missing_value = "200",
              conflicts_with_all = ["by_ear", "html", "strict"])]
        turns: Option<u32>,
        /// Also write the report as a page with charts, whole in this one file.
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Fail when an utterance, or one too near to it, is in training and test.
        #[arg(long)]
        strict: bool,
    },
    /// Have the utterances that are learnt from said over a telephone line, and keep what the recogniser makes of them.
    ///
    /// Synthetic voices say them, one in quiet, the next on a street, in a loud room or beside a television; `train` learns
    /// from the recognised words as well. What is in the file already is not said again, so that the command may be ended
    /// at any time and goes on where it was. Some three utterances a second.
    Transcribe {
        #[arg(default_value = "firmware-config/dialogue/heard.txt")]
        file: PathBuf,
        #[arg(long, default_value = "models", env = "PORTICO_MODELS")]
        models: PathBuf,
        /// At most so many utterances, drawn evenly from those that are missing.
        #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
        most: usize,
        /// Begin anew: the recogniser is another one.
        #[arg(long)]
        again: bool,
    },
    /// Write down what is said in a WAV file, with the time of each stretch of speech.
    Hear {
        file: PathBuf,
        #[arg(long, default_value = "models", env = "PORTICO_MODELS")]
        models: PathBuf,
    },
    /// Speak a text into a WAV file.
    Say {
        text: String,
        #[arg(short, long)]
        output: PathBuf,
        /// rms, slt, awb or kal16, or a neural voice beside the models.
        #[arg(long, default_value = "rms")]
        voice: String,
    },
    /// The speech models: what they are, where they come from, and whether they are whole.
    Models {
        #[command(subcommand)]
        action: ModelsAction,
        #[arg(long, default_value = "models", env = "PORTICO_MODELS", global = true)]
        models: PathBuf,
    },
    /// Make a token for the JSON interface under /api/v1, and print it once.
    Token {
        #[arg(long, default_value = "portico.toml")]
        config: PathBuf,
        /// What it is for; shown in the console.
        #[arg(long, default_value = "command line")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum ModelsAction {
    /// Name, licence, size and state of each.
    List,
    /// Fetch what is missing; goes on where it stopped.
    Fetch,
    /// Compare every file with its SHA-256.
    Verify,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run { config, quiet } => command::run(&config, quiet),
        Command::Practice { list: true, .. } => command::practice_list(),
        Command::Practice { scenario, to, from, models, times, at_once, by_heart, figures, list: _ } => {
            command::practice(&command::PracticeCall {
                scenario: scenario.unwrap_or_else(|| "leak".into()),
                to,
                from,
                models,
                times,
                at_once,
                by_heart,
                figures,
            })
        }
        Command::Simulate { stories, compare, bless } => {
            portico::sim::simulate(&stories, compare, bless).map_err(Into::into)
        }
        Command::Rehearse {
            config,
            callers,
            only,
            transcripts,
            ladders,
            html,
            models,
            words_only,
            by_ear,
            dictations,
            pairs,
            keep,
        } => rehearsed(&config, models, words_only, by_ear.as_deref()).and_then(|office| match pairs {
            true => rehearse_pairs(&config, &office, keep),
            false => rehearse(&office, &Wanted { callers, dictations, only, transcripts, html, ladders }),
        }),
        Command::Replay {
            call,
            since,
            config,
            records,
            models,
            words_only,
            audio,
            script,
            accept,
            strict,
        } => command::models_folder(&config, models).and_then(|models| {
            command::replay(&command::ReplayWanted {
                call,
                since,
                config,
                records,
                models,
                words_only,
                audio,
                script,
                accept,
                strict,
            })
        }),
        Command::Check { example: true, .. } => command::example(),
        Command::Check { config, .. } => command::check(&config),
        Command::Route { number, from, config } => command::route(&config, &number, &from),
        Command::Foresee { number, time, key, config } => command::foresee(&config, &number, &time, &key),
        Command::Timeline { call, key, config } => command::timeline(&config, &call, key.as_deref()),
        Command::Explain { call, config, pcap } => {
            command::explain(&config, call.as_deref(), pcap.as_deref())
        }
        Command::Backup { file, recordings, config } => command::backup(&config, file.as_deref(), recordings),
        Command::Restore { file, config, force } => command::restore(&file, &config, force),
        Command::Import { files, country, append } => command::import(&files, &country, append.as_deref()),
        Command::Pack { name, config } => command::pack(name.as_deref(), &config),
        Command::Understand { config, models, words_only } => command::models_folder(&config, models)
            .and_then(|models| command::understand(&config, &models, words_only)),
        Command::Train { models, force } => command::train(&models, force),
        Command::Evaluate { models, words_only, turns: Some(callers), .. } => {
            command::evaluate_turns(&models, words_only, callers)
        }
        Command::Evaluate { models, words_only, by_ear, html, strict, turns: None } => {
            command::evaluate(&models, words_only, by_ear, html.as_deref(), strict)
        }
        Command::Transcribe { file, models, most, again } => command::transcribe(&file, &models, most, again),
        Command::Hear { file, models } => command::hear(&file, &models),
        Command::Say { text, output, voice } => command::say(&text, &output, &voice),
        Command::Models { action, models } => match action {
            ModelsAction::List => command::models_list(&models),
            ModelsAction::Fetch => command::models_fetch(&models),
            ModelsAction::Verify => command::models_verify(&models),
        },
        Command::Token { config, name } => command::token(&config, &name),
    };
    command::end();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("portico: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The office of the configuration, as callers of a rehearsal find it.
fn rehearsed(
    config: &Path,
    models: Option<PathBuf>,
    words_only: bool,
    by_ear: Option<&str>,
) -> anyhow::Result<Rehearsed> {
    let (directory, desk, zone, now) = command::rehearsed(config)?;
    let models = command::models_folder(config, models)?;
    let understanding = command::understanding(config, &models, words_only)?;
    if !words_only && !understanding.encodes() {
        eprintln!(
            "portico: words alone are understood: {} has no trained model; `portico train` makes one",
            models.display()
        );
    }
    let understands = Understands::with(move |language, text| understanding.read(language, text));
    let hears = match by_ear {
        Some(background) => Hears::with(command::by_ear(&models, background, &directory.office.roster)?),
        None => Hears::as_equipped(&directory.office),
    };
    Ok(Rehearsed { directory, desk, zone, understands, hears, now })
}

/// Called by pairs of callers who differ in one thing alone.
fn rehearse_pairs(config: &Path, office: &Rehearsed, keep: bool) -> anyhow::Result<()> {
    let report = rehearsal::hold_pairs(office)?;
    let (pairs, same) = (report.compared.len(), report.same());
    if keep {
        command::keep_pair_check(config, pairs, same, report.to_string())?;
    }
    anyhow::ensure!(pairs == same, "not every pair was treated alike; the lines above say in what");
    Ok(())
}

/// Called by the rehearsal's callers.
fn rehearse(office: &Rehearsed, wanted: &Wanted) -> anyhow::Result<()> {
    let all_well = rehearsal::hold(office, wanted)?;
    anyhow::ensure!(
        all_well,
        "not every caller was served as they should be; the lines above say what to mend"
    );
    Ok(())
}
