package store

import (
	"context"
	"fmt"
	"os"
)

// checkedFully is the size in bytes up to which a database is read through
// when it is opened. That takes about 2 ms per MiB.
const checkedFully = 1 << 20

// checkDamage finds a truncated file, and in a small database any page that
// is not what it should be. SQLite itself notices a file that lacks pages; it
// does not notice one that ends in the middle of its last page.
func (d *sqliteDB) checkDamage(ctx context.Context) error {
	return d.read(ctx, func(ctx context.Context, r queries) error {
		var pages, pageSize int64
		if err := r.row(ctx, "PRAGMA page_count", nil, &pages); err != nil {
			return err
		}
		if err := r.row(ctx, "PRAGMA page_size", nil, &pageSize); err != nil {
			return err
		}
		if short, err := d.short(pages * pageSize); err != nil {
			return err
		} else if short {
			return errDamaged
		}
		if pages*pageSize > checkedFully {
			return nil
		}
		var verdict string
		if err := r.row(ctx, "PRAGMA quick_check(1)", nil, &verdict); err != nil {
			return err
		}
		if verdict != "ok" {
			return fmt.Errorf("%w: %s", errDamaged, verdict)
		}
		return nil
	})
}

// short reports whether the file is smaller than it should be. While there is
// something in the WAL it may be. It only asks for sizes: opening and closing
// the file would drop the locks that SQLite holds on it.
func (d *sqliteDB) short(size int64) (bool, error) {
	if wal, err := os.Stat(d.path + "-wal"); err == nil && wal.Size() > 0 {
		return false, nil
	}
	file, err := os.Stat(d.path)
	return err == nil && file.Size() < size, err
}
