//! `rds-encrypt sandbox serve`

pub(super) mod arguments;

use tokio::net::TcpListener;

use self::arguments::Serve;
use super::{Failure, Surroundings, arguments::Global, place};
use crate::sandbox::{ACCOUNT, PASSWORD, serve};

pub(super) async fn run(global: &Global, asked: &Serve, around: &mut Surroundings) -> Result<u8, Failure> {
    let sandbox = place::open(global, Some(asked), around)?;
    let busy = |error| Failure::Refused(format!("can't listen on 127.0.0.1:{}: {error}", asked.port));
    let listener = TcpListener::bind(("127.0.0.1", asked.port)).await.map_err(busy)?;
    let address = listener.local_addr().map_err(busy)?;
    let region = &sandbox.options().region;
    around.result(&format!("http://{address}\n"))?;
    around.output.say(&format!(
        "an AWS of your own: account {ACCOUNT}, Region {region}, any credentials, time runs ×{}\n\
         try: aws --endpoint-url http://{address} --region {region} rds describe-db-instances\n\
         end it with Ctrl-C\n",
        asked.speed
    ));
    let authority = if asked.postgres { sandbox.authority() } else { Ok(None) };
    if let Some(authority) = authority.map_err(|error| Failure::Refused(error.to_string()))? {
        around.output.say(&format!(
            "PostgreSQL instances are real servers: reach them with rds-encrypt tunnel; their master users' password is \
             {PASSWORD}, their certificates are signed by {}\n",
            authority.display()
        ));
    }
    let mut interrupt = around.interrupt.clone();
    serve(sandbox, listener, async move { interrupt.asked().await })
        .await
        .map_err(|error| Failure::Ours(format!("the sandbox broke off: {error}")))?;
    Ok(0)
}
