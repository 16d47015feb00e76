// Reads, a line each, what Guildmark's log says, and answers in the words of golang.org/x/mod/sumdb (note, tlog).
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type asked struct {
	Key, Checkpoint string      // a signed note, and the key that should have signed it
	Entries         int64       // a log of this many entries: "entry 0", "entry 1", …
	Place, Old      int64       // which entry, and which smaller size, are proven
	Root, OldRoot   tlog.Hash   // as Guildmark says them
	Record          []tlog.Hash // its proof of inclusion
	Tree            []tlog.Hash // its proof of consistency
}

type told struct {
	Wrong         string
	Root, OldRoot tlog.Hash
	Record, Tree  []tlog.Hash
}

func answer(a asked) (t told, err error) {
	verifier, err := note.NewVerifier(a.Key)
	if err != nil {
		return t, err
	}
	if _, err := note.Open([]byte(a.Checkpoint), note.VerifierList(verifier)); err != nil {
		return t, err
	}
	var hashes []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	for n := int64(0); n < a.Entries; n++ {
		more, err := tlog.StoredHashes(n, []byte(fmt.Sprintf("entry %d", n)), reader)
		if err != nil {
			return t, err
		}
		hashes = append(hashes, more...)
	}
	leaf := tlog.RecordHash([]byte(fmt.Sprintf("entry %d", a.Place)))
	if err := tlog.CheckRecord(a.Record, a.Entries, a.Root, a.Place, leaf); err != nil {
		return t, err
	}
	if err := tlog.CheckTree(a.Tree, a.Entries, a.Root, a.Old, a.OldRoot); err != nil {
		return t, err
	}
	if t.Root, err = tlog.TreeHash(a.Entries, reader); err != nil {
		return t, err
	}
	if t.OldRoot, err = tlog.TreeHash(a.Old, reader); err != nil {
		return t, err
	}
	if t.Record, err = tlog.ProveRecord(a.Entries, a.Place, reader); err != nil {
		return t, err
	}
	t.Tree, err = tlog.ProveTree(a.Entries, a.Old, reader)
	return t, err
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var a asked
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			panic(err)
		}
		t, err := answer(a)
		if err != nil {
			t.Wrong = err.Error()
		}
		data, _ := json.Marshal(t)
		fmt.Println(string(data))
	}
}
