//! The built binary: what it prints, and what it ends with.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn caseledger(folder: &Path, args: &[&str]) -> Output {
    run(Command::new(env!("CARGO_BIN_EXE_caseledger")).args(args).current_dir(folder))
}

fn run(command: &mut Command) -> Output {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASELEDGER_")) {
        command.env_remove(name);
    }
    command.output().expect("the binary runs")
}

fn with_input(folder: &Path, args: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_caseledger"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("it has an input").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

/// A folder with an empty store of the usual name.
fn folder_with_a_store() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(code(&caseledger(folder.path(), &["migrate"])), 0);
    folder
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ended by itself")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

#[test]
fn help_documents_the_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = caseledger(folder.path(), &["--help"]);
    assert_eq!(code(&help), 0);
    for number in 0..=7 {
        assert!(stdout(&help).contains(&format!("\n  {number}  ")), "{number}");
    }
}

#[test]
fn an_unknown_key_of_the_file_ends_with_2_and_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("caseledger.toml"),
        "store = 'sqlite:x.sqlite'\n\nlisten = '127.0.0.1:1'\n",
    )
    .unwrap();
    let output = caseledger(folder.path(), &["config", "print"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("caseledger.toml: line 3"), "{}", stderr(&output));
}

#[test]
fn a_fault_of_the_authoritys_file_ends_with_2_and_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("authority.toml"), "id = 'x'\nname = 'X'\nlevles = []\n").unwrap();
    let output = caseledger(folder.path(), &["config", "print", "--authority", "authority.toml"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("authority.toml: line 3"), "{}", stderr(&output));
}

#[test]
fn a_flag_counts_before_the_environment_and_the_environment_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("caseledger.toml"), "store = 'sqlite:file.sqlite'\n").unwrap();
    let store = |args: &[&str], environment: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
        command.args(["config", "print", "--json"]).args(args).current_dir(folder.path());
        if let Some(value) = environment {
            command.env("CASELEDGER_STORE", value);
        }
        json(&command.output().unwrap())["store"].as_str().unwrap().to_owned()
    };
    assert_eq!(store(&[], None), "sqlite:file.sqlite");
    assert_eq!(store(&[], Some("sqlite:env.sqlite")), "sqlite:env.sqlite");
    assert_eq!(store(&["--store", "sqlite:flag.sqlite"], Some("sqlite:env.sqlite")), "sqlite:flag.sqlite");
}

/// What stands in the environment for other commands is no conflict with a flag.
#[test]
fn a_flag_counts_before_an_address_of_the_other_kind_in_the_environment() {
    let folder = folder_with_a_store();
    let posted = |variable: &str, value: &str, args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
        command.args(["command", "acknowledge-referral", "--id", "01890a5d-ac96-774b-bcce-b302099a8057"]);
        std::fs::write(folder.path().join("message.json"), "{\"told_by\": \"letter\"}").unwrap();
        command.args(["--message", "message.json"]).args(args).current_dir(folder.path());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CASELEDGER_")) {
            command.env_remove(name);
        }
        code(&command.env(variable, value).output().unwrap())
    };
    let nobody = "http://127.0.0.1:9";
    assert_eq!(
        posted("CASELEDGER_STORE", "sqlite:data/caseledger.sqlite", &["--url", nobody, "--token", "x"]),
        5
    );
    assert_eq!(posted("CASELEDGER_URL", nobody, &["--store", "sqlite:data/caseledger.sqlite"]), 4);
    assert_eq!(posted("CASELEDGER_TOKEN", "x", &["--url", nobody, "--as", "inspector"]), 5);
    assert_eq!(posted("CASELEDGER_TOKEN", "x", &["--store", "sqlite:data/caseledger.sqlite"]), 4);
}

#[test]
fn a_switch_in_the_environment_may_be_a_number() {
    let folder = tempfile::tempdir().unwrap();
    for (value, meant) in [("1", true), ("true", true), ("0", false), ("no", false)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
        command.args(["config", "print", "--json"]).current_dir(folder.path());
        let printed = json(&command.env("CASELEDGER_DEMO_ISSUER", value).output().unwrap());
        assert_eq!(printed["identity"]["demo_issuer"], meant, "{value}");
    }
}

#[test]
fn a_password_is_masked_in_what_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = caseledger(folder.path(), &["config", "print", "--store", "postgres://app:secret@db/x"]);
    assert!(!stdout(&output).contains("secret"), "{}", stdout(&output));
}

#[test]
fn a_command_and_its_replay() {
    let folder = folder_with_a_store();
    let child = with_input(
        folder.path(),
        &["command", "register-person", "--json"],
        &stdout(&caseledger(folder.path(), &["command", "register-person", "--example"])),
    );
    assert_eq!(code(&child), 0, "{}", stderr(&child));
    let child = json(&child)["id"].clone();

    let example = caseledger(folder.path(), &["command", "receive-referral", "--example"]);
    let mut referral = json(&example);
    referral["children"] = serde_json::json!([child]);
    referral["adults"] = serde_json::json!([]);
    let referral = referral.to_string();
    let posted = with_input(
        folder.path(),
        &["command", "receive-referral", "--json", "--idempotency-key", "r1"],
        &referral,
    );
    assert_eq!(code(&posted), 0, "{}", stderr(&posted));
    let receipt = json(&posted);
    let reference = receipt["reference"].as_str().unwrap();

    let again = with_input(
        folder.path(),
        &["command", "receive-referral", "--json", "--idempotency-key", "r1"],
        &referral,
    );
    assert_eq!(json(&again)["id"], receipt["id"]);
    assert_eq!(json(&again)["repeated"], true);

    let replay = json(&caseledger(folder.path(), &["replay", reference, "--json"]));
    assert_eq!(replay["state"]["status"], "referred");
    assert_eq!(replay["events"][0]["event"], "ReferralReceived");

    let before = caseledger(folder.path(), &["replay", reference, "--known-at", "2001-01-01"]);
    assert_eq!(code(&before), 4, "{}", stderr(&before));
}

#[test]
fn each_way_to_fail_has_its_code() {
    let folder = folder_with_a_store();
    let nobody = "01890a5d-ac96-774b-bcce-b302099a8057";
    let message = "{\"told_by\": \"letter\"}";
    let ended = |args: &[&str]| code(&with_input(folder.path(), args, message));
    assert_eq!(ended(&["command", "no-such-command"]), 4);
    assert_eq!(ended(&["command", "acknowledge-referral", "--id", nobody]), 4);
    assert_eq!(ended(&["command", "receive-referral"]), 2);
    assert_eq!(ended(&["report", "no-such-measure"]), 4);
    assert_eq!(ended(&["replay", "not-a-case"]), 2);
    assert_eq!(ended(&["serve"]), 2);
    assert_eq!(ended(&["migrate", "--store", "sqlite:/proc/none/x.sqlite"]), 5);
    assert_eq!(ended(&["migrate", "--store", "mysql://x"]), 2);
    assert_eq!(
        ended(&[
            "command",
            "acknowledge-referral",
            "--id",
            nobody,
            "--url",
            "http://127.0.0.1:9",
            "--token",
            "x"
        ]),
        5
    );
}

/// A mistyped path must not be answered from a store that was made for the occasion: a figure of nought would be believed.
#[test]
fn what_looks_at_a_store_or_adds_to_it_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    let case = "01890a5d-ac96-774b-bcce-b302099a8057";
    let asked: [(&[&str], i32); 9] = [
        (&["report", "open-cases"], 4),
        (&["replay", case], 4),
        (&["command", "register-person"], 4),
        (&["projections", "status"], 4),
        (&["projections", "rebuild"], 4),
        (&["export", "annex-a", "--check"], 4),
        (&["export", "ssd-early-help", "--out", "episodes.csv"], 4),
        (&["backup", "--to", "copy.sqlite"], 4),
        (&["doctor", "--disk-warn-below-mb", "0", "--disk-ill-below-mb", "0"], 5),
    ];
    for (args, ends_with) in asked {
        let output = with_input(
            folder.path(),
            &[args, &["--store", "sqlite:typo.sqlite"]].concat(),
            "{\"given_name\": \"A\"}",
        );
        assert_eq!(code(&output), ends_with, "{args:?}: {}", stderr(&output));
        let told = format!("{}{}", stdout(&output), stderr(&output));
        assert!(told.contains("There is no store at typo.sqlite"), "{args:?}: {told}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{args:?}");
    }
}

#[test]
fn a_demonstration_looks_for_its_address_before_it_plays() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = caseledger(folder.path(), &["demo", "--listen", &address, "--ops-listen", "127.0.0.1:0"]);
    assert_eq!(code(&output), 5, "{}", stderr(&output));
    assert!(
        stderr(&output).contains(&address) && stderr(&output).contains("--listen"),
        "{}",
        stderr(&output)
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// Its issuer gives anybody a token, and its clock stands in 2018.
#[test]
fn a_demonstration_is_not_made_of_a_real_log() {
    let folder = folder_with_a_store();
    let example = stdout(&caseledger(folder.path(), &["command", "register-person", "--example"]));
    assert_eq!(code(&with_input(folder.path(), &["command", "register-person"], &example)), 0);
    let output =
        caseledger(folder.path(), &["demo", "--no-serve", "--store", "sqlite:./data/caseledger.sqlite"]);
    assert_eq!(code(&output), 2, "{}", stderr(&output));
    assert!(stderr(&output).contains("no demonstration"), "{}", stderr(&output));
}

#[test]
fn a_member_that_stands_twice_is_refused_with_its_place() {
    let folder = folder_with_a_store();
    let twice = with_input(
        folder.path(),
        &["command", "register-person"],
        "{\"given_name\": \"A\",\n\"given_name\": \"B\"}",
    );
    assert_eq!(code(&twice), 2);
    assert!(stderr(&twice).contains("line 2"), "{}", stderr(&twice));
}

#[test]
fn the_doctor_warns_of_a_small_disk_and_finds_a_full_one_ill() {
    // Limits below or above whatever room the machine has.
    const MORE_THAN_ANY_DISK: &str = "1000000000000";
    let found = |warn_below_mb: &str, ill_below_mb: &str| {
        let folder = folder_with_a_store();
        let limits = ["--disk-warn-below-mb", warn_below_mb, "--disk-ill-below-mb", ill_below_mb];
        let output = caseledger(folder.path(), &[&["doctor", "--json"], &limits[..]].concat());
        let lines = json(&output);
        let disk = lines.as_array().unwrap().iter().find(|line| line["about"] == "disk").unwrap();
        (code(&output), disk["finding"].as_str().unwrap().to_owned())
    };
    assert_eq!(found("0", "0"), (0, "well".to_owned()));
    assert_eq!(found(MORE_THAN_ANY_DISK, "0"), (0, "warning".to_owned()));
    assert_eq!(found(MORE_THAN_ANY_DISK, MORE_THAN_ANY_DISK), (7, "ill".to_owned()));
}

#[test]
fn the_doctor_finds_a_fresh_store_well() {
    let folder = folder_with_a_store();
    let any_disk_will_do = ["--disk-warn-below-mb", "0", "--disk-ill-below-mb", "0"];
    let output = caseledger(folder.path(), &[&["doctor", "--json"], &any_disk_will_do[..]].concat());
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
    let lines = json(&output);
    let about: Vec<_> =
        lines.as_array().unwrap().iter().map(|line| line["about"].as_str().unwrap()).collect();
    for part in ["disk", "identity provider", "database", "append-only", "clock", "projection", "processes"] {
        assert!(about.contains(&part), "{part} is missing of {about:?}");
    }
}

/// Those who look without serving see what `serve` would go by.
#[test]
fn the_environment_of_the_service_counts_for_config_print_and_the_doctor() {
    let folder = folder_with_a_store();
    let told = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseledger"));
        command.args(args).current_dir(folder.path());
        // A port on which nobody listens.
        command.env("CASELEDGER_LISTEN", "127.0.0.1:1").env("CASELEDGER_ISSUER", "http://127.0.0.1:9");
        command.output().unwrap()
    };
    assert_eq!(json(&told(&["config", "print", "--json"]))["http"]["listen"], "127.0.0.1:1");
    let doctor = told(&["doctor", "--json"]);
    let lines = json(&doctor);
    let provider = lines.as_array().unwrap().iter().find(|line| line["about"] == "identity provider");
    assert_eq!(provider.unwrap()["finding"], "ill");
    assert_eq!(code(&doctor), 7);
}

#[test]
fn the_sample_is_imported_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/annex-a-sample.xlsx");
    let sample = sample.to_str().unwrap();
    let first = caseledger(folder.path(), &["import", "annex-a", sample, "--json"]);
    assert_eq!(code(&first), 0, "{}", stderr(&first));
    assert_eq!(json(&first)["imported"], 16);
    let again = caseledger(folder.path(), &["import", "annex-a", sample, "--json"]);
    assert_eq!((json(&again)["imported"].clone(), json(&again)["known"].clone()), (0.into(), 16.into()));
}

#[test]
fn the_openapi_document_and_completions_need_no_store() {
    let folder = tempfile::tempdir().unwrap();
    assert!(json(&caseledger(folder.path(), &["openapi"]))["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(stdout(&caseledger(folder.path(), &["completions", "bash"])).contains("caseledger"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// `caseledger completions bash | head -1`: whoever closes the pipe has read enough.
#[test]
fn a_reader_who_goes_is_no_failure() {
    let folder = folder_with_a_store();
    for args in [&["completions", "bash"][..], &["openapi"], &["command", "--list"], &["doctor"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_caseledger"))
            .args(args)
            .current_dir(folder.path())
            .env("CASELEDGER_DISK_ILL_BELOW_MB", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((code(&output), stderr(&output)), (0, String::new()), "{args:?}");
    }
}
