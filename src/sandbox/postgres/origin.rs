//! What a database of the sandbox begins with.

use super::PASSWORD;

/// The database of an instance for which none was named.
pub(crate) const DEFAULT_DATABASE: &str = "postgres";

/// Who its master user is, and what its database is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    pub(crate) user: String,
    pub(crate) database: String,
}

/// A small shop. No row is by chance: two servers that begin with this hold the same.
const ROWS: &str = "
create table customers (id int primary key, name text not null, since date not null);
create table orders (
    id int primary key, customer_id int not null references customers, placed_at timestamptz not null,
    status text not null
);
create table order_lines (
    order_id int not null references orders, line int not null, article text not null, quantity int not null,
    price numeric(10, 2) not null, primary key (order_id, line)
);
insert into customers
    select n, 'Customer ' || n, date '2016-03-01' + n % 2400 from generate_series(1, 500) n;
insert into orders
    select n, 1 + n * 7 % 500, timestamptz '2019-06-12 12:40:58+00' + n * interval '37 minutes',
        (array['placed', 'paid', 'sent', 'delivered'])[1 + n % 4]
    from generate_series(1, 5000) n;
insert into order_lines
    select n, line, 'Article ' || (n * line) % 97, 1 + (n + line) % 5, ((n * 31 + line) % 20000) / 100.0
    from generate_series(1, 5000) n, generate_series(1, 3) line where line <= 1 + n % 3;
create index on orders (customer_id);
analyze;
";

impl Origin {
    /// The statements that make it, in the database `postgres`; psql goes on to the new database by itself.
    pub(super) fn statements(&self) -> String {
        let (user, database) = (identifier(&self.user), identifier(&self.database));
        let make = match self.database.as_str() {
            DEFAULT_DATABASE => format!("alter database postgres owner to {user};"),
            _ => format!("create database {database} owner {user};"),
        };
        format!(
            "create role {user} login createdb createrole password '{PASSWORD}';\n{make}\n\\connect {database}\n\
             grant all on schema public to {user};\nset role {user};\n{ROWS}"
        )
    }
}

/// A name between its marks.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_marked() {
        let origin = Origin { user: "it's \"me\"".into(), database: "postgres".into() };
        let statements = origin.statements();
        assert!(statements.contains("create role \"it's \"\"me\"\"\" login"), "{statements}");
        assert!(!statements.contains("create database"), "it is there already");
    }
}
