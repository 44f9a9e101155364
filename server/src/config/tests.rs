use super::*;

fn parse(args: &[&str]) -> Result<Config, String> {
    let all = ["strongroom-server", "serve"].iter().chain(args);
    match Cli::try_parse_from(all)
        .map_err(|error| error.to_string())?
        .command
    {
        Command::Serve(args) => args.resolve().map_err(|error| error.to_string()),
        Command::Openapi => Err("not serve".into()),
    }
}

#[test]
fn defaults_hold() {
    let config = parse(&[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert_eq!(config.quota, 5_368_709_120);
    assert_eq!(config.limits, Limits::of(Preset::Personal));
}

#[test]
fn flags_win_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("strongroom.toml");
    std::fs::write(
        &path,
        "quota = 7\nlisten = \"127.0.0.1:1\"\nrate_limits = \"documented\"\nlimit_login = \"off\"\n",
    )
    .unwrap();
    let config = parse(&["--config", path.to_str().unwrap(), "--quota", "9"]).unwrap();
    assert_eq!(config.quota, 9);
    assert_eq!(config.listen.port(), 1);
    assert_eq!(config.limits.login, None);
    assert_eq!(config.limits.uploads, Some(Rate::new(20, 3600)));
}

#[test]
fn bad_values_name_option_and_value() {
    for (args, option, value) in [
        (["--listen", "nowhere"], "--listen", "nowhere"),
        (
            ["--limit-login", "5/fortnight"],
            "--limit-login",
            "5/fortnight",
        ),
        (["--limit-login", "0/h"], "--limit-login", "0/h"),
        (["--rate-limits", "none"], "--rate-limits", "none"),
        (
            ["--public-url", "files.example"],
            "--public-url",
            "files.example",
        ),
        (["--quota", "lots"], "--quota", "lots"),
    ] {
        let message = parse(&args).unwrap_err();
        assert!(
            message.contains(option) && message.contains(value),
            "{message}"
        );
    }
}

#[test]
fn bad_values_in_the_file_name_option_and_value() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("strongroom.toml");
    for (text, option, value) in [
        ("listen = \"nowhere\"", "listen", "nowhere"),
        ("limit_login = \"often\"", "limit_login", "often"),
        ("cors_origins = [\"*\"]", "cors_origins", "*"),
        ("datadir = \"x\"", "datadir", "unknown field"),
        ("quota = \"lots\"", "quota", "lots"),
    ] {
        std::fs::write(&path, text).unwrap();
        let message = parse(&["--config", path.to_str().unwrap()]).unwrap_err();
        assert!(
            message.contains(option) && message.contains(value),
            "{message}"
        );
    }
    let message = parse(&["--config", "/nonexistent.toml"]).unwrap_err();
    assert!(
        message.contains("cannot read the configuration /nonexistent.toml"),
        "{message}"
    );
}

#[test]
fn limits_of_room_and_time_can_be_set_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("strongroom.toml");
    let text = "max_connections = 9\nmax_connections_per_address = 8\nidle_timeout = 7\n\
                stall_timeout = 6\nmin_free_space = 5\nrecord_limit = 4\nmax_open_uploads = 3\n\
                limit_parts = \"2/s\"\n";
    std::fs::write(&path, text).unwrap();
    let config = parse(&["--config", path.to_str().unwrap()]).unwrap();
    assert_eq!(
        (config.max_connections, config.max_connections_per_address),
        (9, 8)
    );
    assert_eq!(config.idle_timeout, Duration::from_secs(7));
    assert_eq!(config.stall_timeout, Duration::from_secs(6));
    assert_eq!((config.min_free_space, config.record_limit), (5, 4));
    assert_eq!(config.max_open_uploads, 3);
    assert_eq!(config.limits.parts, Some(Rate::new(2, 1)));
    for name in [
        "max_connections",
        "max_connections_per_address",
        "max_open_uploads",
        "idle_timeout",
        "stall_timeout",
    ] {
        std::fs::write(&path, format!("{name} = 0")).unwrap();
        let message = parse(&["--config", path.to_str().unwrap()]).unwrap_err();
        assert!(message.contains(&format!("{name} = \"0\"")), "{message}");
    }
}

#[test]
fn rates_are_read_as_written() {
    assert_eq!("3/h".parse(), Ok(Rate::new(3, 3600)));
    assert_eq!("5/15min".parse(), Ok(Rate::new(5, 900)));
    assert_eq!("off".parse::<Rate>().unwrap().limit(), None);
    for bad in ["", "3", "3/", "/h", "-1/h", "3/0h", "3/99999999d", "0/h"] {
        assert!(bad.parse::<Rate>().is_err(), "{bad}");
    }
}
