//! What nobody may read, looked for in everything that the program leaves behind when it says the most.
//!
//! The program itself runs, against a served sandbox, with credentials and variables around it: so nothing that it or the
//! SDK would print or keep by itself is missed.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Output, Stdio},
};

use rds_encrypt::{
    aws::Login,
    sandbox::{Dial, Options, Sandbox, serve},
    tunnel::service::{Entrance, Secret, Started},
};
use tempfile::TempDir;
use tokio::{
    io::{copy, split},
    net::TcpListener,
    process::Command,
};

const SECRET_KEY: &str = "wJalrXUtnFEMI7K7MDENGbPxRfiCYZZTOPSECRET";
const SESSION_TOKEN: &str = "IQoJb3JpZ2luX2VjEJrTopSecretSessionTokenXyz";

/// A sandbox on a socket, whose databases echo.
async fn served() -> (Sandbox, SocketAddr) {
    let sandbox = Sandbox::open(Options { speed: 6000.0, ..Options::default() }).unwrap();
    let echo = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = echo.local_addr().unwrap();
    sandbox.sessions().served_by(move |_| Some(Dial::Local(to)));
    tokio::spawn(async move {
        while let Ok((socket, _)) = echo.accept().await {
            tokio::spawn(async move {
                let (mut reader, mut writer) = split(socket);
                let _ = copy(&mut reader, &mut writer).await;
            });
        }
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(sandbox.clone(), listener, std::future::pending()));
    (sandbox, address)
}

/// Runs the program as loud as it can be.
async fn loud(endpoint: SocketAddr, folder: &Path, number: usize, words: &[&str]) -> Output {
    let file = |name: &str| folder.join(format!("{name}-{number}"));
    let output = Command::new(env!("CARGO_BIN_EXE_rds-encrypt"))
        .args(["-v", "--yes", "--state-dir"])
        .arg(folder.join("state"))
        .arg("--log-file")
        .arg(file("log"))
        .arg("--record")
        .arg(file("transcript"))
        .args(words)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("AWS_ACCESS_KEY_ID", "ASIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
        .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .env("AWS_REGION", "eu-west-2")
        .env("AWS_ENDPOINT_URL", format!("http://{endpoint}"))
        .env("RUST_LOG", "trace")
        .env("RUST_BACKTRACE", "full")
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    fs::write(file("stdout"), &output.stdout).unwrap();
    fs::write(file("stderr"), &output.stderr).unwrap();
    output
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_anything_that_is_left_behind() {
    let (sandbox, endpoint) = served().await;
    let (folder, apart) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let token = apart.path().join("token");
    // A client keeps its password elsewhere, so that it can be looked for, and sends a byte through the tunnel.
    let script = format!(
        "printf %s \"$PGPASSWORD\" >'{}'; exec 3<>/dev/tcp/127.0.0.1/$PGPORT; echo hello >&3; read -r line <&3; \
         [ \"$line\" = hello ]",
        token.display()
    );
    let runs: [&[&str]; 4] = [
        &["migrate", "orders", "--kms-key", "alias/sandbox"],
        &["tunnel", "orders", "--iam-auth", "--user", "reader", "--", "bash", "-c", &script],
        &["tunnel", "orders", "--output", "text", "--bastion", "i-0000000000000dead"],
        &["status", "orders", "--log"],
    ];
    for (number, (words, code)) in runs.into_iter().zip([0, 0, 3, 0]).enumerate() {
        let output = loud(endpoint, folder.path(), number, words).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    }
    let password = fs::read_to_string(token).unwrap();
    let signature =
        password.rsplit("X-Amz-Signature=").next().and_then(|rest| rest.split('&').next()).unwrap().to_owned();
    let mut secrets = sandbox.sessions().secrets();
    assert!(secrets.len() >= 2 && signature.len() == 64, "there was something to find");
    secrets.extend([signature, SECRET_KEY.to_owned(), SESSION_TOKEN.to_owned()]);
    let files = files(folder.path());
    for kind in ["log-1", "transcript-1", "stdout-0", "stderr-1", ".json"] {
        assert!(files.iter().any(|path| path.to_string_lossy().ends_with(kind)), "{kind} of {files:?}");
    }
    for path in files {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        for secret in &secrets {
            assert!(!text.contains(secret.as_str()), "{} holds {secret}", path.display());
        }
    }
    let transcript = fs::read_to_string(folder.path().join("transcript-1")).unwrap();
    // The first secret of each call is the credentials' own token.
    for there in ["StartSession", "TerminateSession", "[secret 2]", "111111111111"] {
        assert!(transcript.contains(there), "{there}");
    }
}

#[test]
fn types_that_hold_secrets_do_not_show_them() {
    let entrance =
        Entrance { token: Secret::new("hush-token"), stream_url: Secret::new("wss://a/?cell-number=hush-cell") };
    let started = Started { session_id: "jane-0123".into(), entrance: entrance.clone() };
    let login = Login { user: Some("reader".into()), password: Secret::new("hush-password") };
    for shown in [
        format!("{:?}", Secret::new("hush")),
        format!("{entrance:?}"),
        format!("{started:?}"),
        format!("{login:?}"),
        format!("{started:#?}"),
    ] {
        assert!(!shown.contains("hush"), "{shown}");
    }
    let shown = format!(
        "{:?}",
        aws_credential_types::Credentials::new("AKID", SECRET_KEY, Some(SESSION_TOKEN.into()), None, "x")
    );
    assert!(!shown.contains(SECRET_KEY) && !shown.contains(SESSION_TOKEN), "{shown}");
}
