//! Many rows in one statement of SQLite, which has no arrays.

/// For how many rows there are statements: few sizes, so that each is prepared once, and close enough to each other that at
/// most half of a long one's places stay empty. One statement of any of them has fewer than SQLite's 32,766 values for a
/// table of up to 127 columns.
const SIZES: [usize; 8] = [1, 4, 8, 16, 32, 64, 128, 256];

/// Rows in pieces, each with what gives a statement its rows: `INSERT INTO t (…)` and this text. The values of a piece are bound
/// in their order, and the places that are left are not: they are `NULL`, and passed over. The first column is never `NULL`.
///
/// One statement for a piece, and not several that fit: each is a way to the connection's thread and back, for which
/// everybody waits who wants to write.
pub fn sqlite_values<T>(rows: &[T], columns: usize) -> impl Iterator<Item = (String, &[T])> {
    let [.., largest] = SIZES;
    rows.chunks(largest).map(move |piece| {
        let size = SIZES.into_iter().find(|size| *size >= piece.len()).unwrap_or(largest);
        (values(size, columns), piece)
    })
}

/// Places have no numbers: those have names to SQLite, and it looks for each of thousands among all of them.
fn values(rows: usize, columns: usize) -> String {
    let mut sql = String::with_capacity(rows * (columns * 3 + 2) + 64);
    sql.push_str(if rows == 1 { "VALUES " } else { "SELECT * FROM (VALUES " });
    for row in 0..rows {
        sql.push_str(if row == 0 { "(?" } else { ", (?" });
        sql.extend(std::iter::repeat_n(", ?", columns - 1));
        sql.push(')');
    }
    if rows > 1 {
        sql.push_str(") WHERE column1 IS NOT NULL");
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_room_for_a_piece_and_passes_over_the_rest() {
        let pieces: Vec<_> = sqlite_values(&[0; 259], 2).map(|(sql, rows)| (sql, rows.len())).collect();
        let [(first, 256), (second, 3)] = &pieces[..] else { panic!("{pieces:?}") };
        assert_eq!(first.matches("(?, ?)").count(), 256);
        assert_eq!(second, "SELECT * FROM (VALUES (?, ?), (?, ?), (?, ?), (?, ?)) WHERE column1 IS NOT NULL");
        assert_eq!(sqlite_values(&[0], 3).next().unwrap().0, "VALUES (?, ?, ?)");
        assert_eq!(sqlite_values(&[0; 0], 3).count(), 0);
    }
}
