package store

import (
	"context"
	"os"
)

// checkedFully is the size in bytes up to which a database is read through
// when it is opened. That takes about 2 ms per MiB.
const checkedFully = 1 << 20

// checkDamage finds a truncated file, and in a small database any page that
// is not what it should be. SQLite itself notices a file that lacks pages; it
// does not notice one that ends in the middle of its last page.
func (d *database) checkDamage(ctx context.Context) error {
	var pages, pageSize int64
	if err := d.durable.row(ctx, "PRAGMA page_count", nil, &pages); err != nil {
		return err
	}
	if err := d.durable.row(ctx, "PRAGMA page_size", nil, &pageSize); err != nil {
		return err
	}
	// Never open the file here: closing it would drop SQLite's locks.
	wal, walErr := os.Stat(d.path + "-wal")
	if file, err := os.Stat(d.path); err != nil {
		return err
	} else if (walErr != nil || wal.Size() == 0) && file.Size() < pages*pageSize {
		return errDamaged
	}
	if pages*pageSize > checkedFully {
		return nil
	}
	var verdict string
	if err := d.durable.row(ctx, "PRAGMA quick_check(1)", nil, &verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return errDamaged
	}
	return nil
}
