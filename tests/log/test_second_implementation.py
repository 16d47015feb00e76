"""Another implementation of tlog-tiles reads, proves and checks our logs, and we its."""

from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="signatures need guildmark[sign]")
pytest.importorskip("tlog_scales", reason="the second implementation, tlog-scales, is not installed")

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.log.test_folder import KEY, TRUSTED, begun, entries
from tlog_scales import signing
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof, InclusionProofInvalid
from tlog_scales.writer import TilesWriter

from guildmark import keys
from guildmark.log import folder, merkle, proof
from guildmark.log.proof import Proof

SIZES = (1, 2, 255, 256, 257, 700)


@pytest.mark.parametrize("size", SIZES)
def test_our_log_is_read_and_its_checkpoint_accepted(tmp_path: Path, size: int) -> None:
    log = begun(tmp_path / "log", *entries(size))
    theirs = TilesReader(LocalBackend(log))
    checkpoint = theirs.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(KEY.public.line))
    assert theirs.calculate_root_hash() == checkpoint.root_hash
    assert [theirs._get_from_tile(-1, *divmod(place, 256)) for place in range(size)] == entries(size)


@pytest.mark.parametrize("size", SIZES)
def test_our_inclusion_proofs_are_accepted_and_theirs_by_us(tmp_path: Path, size: int) -> None:
    log = begun(tmp_path / "log", *entries(size))
    served = folder.opened(log, TRUSTED)
    theirs = TilesReader(LocalBackend(log))
    root = theirs.get_checkpoint().root_hash
    for place in {0, size // 2, size - 1}:
        ours = proof.read(proof.made(served, b"entry %d" % place))
        leaf = merkle.leaf(b"entry %d" % place)
        InclusionProof(ours.place, size, list(ours.path)).check(leaf, root)
        with pytest.raises(InclusionProofInvalid):
            InclusionProof(ours.place, size, list(ours.path)).check(merkle.leaf(b"other"), root)
        path = theirs.get_inclusion_proof(place, size).node_hashes
        assert proof.holds(Proof(place, tuple(path), served.signed), b"entry %d" % place, TRUSTED).place == place


@pytest.mark.parametrize("old", [1, 2, 200, 256, 300, 699, 700])
def test_our_consistency_proofs_are_accepted_and_theirs_by_us(tmp_path: Path, old: int) -> None:
    tree = folder.opened(begun(tmp_path / "log", *entries(700)), TRUSTED).tree
    ConsistencyProof(old, 700, tree.consistency(old)).check(tree.root(old), tree.root())
    theirs = TilesReader(LocalBackend(tmp_path / "log"))
    theirs.set_size(700)
    path = theirs.get_consistency_proof(old, 700).node_hashes
    assert merkle.proves_consistency(path, old, 700, tree.root(old), tree.root())


@pytest.mark.parametrize("size", SIZES)
def test_a_log_that_they_wrote_is_opened_checked_and_proven(tmp_path: Path, size: int) -> None:
    private = Ed25519PrivateKey.generate()
    key = keys.PrivateKey("example.org/theirs", private)
    writer = TilesWriter.create(tmp_path / "log", "example.org/theirs")
    for entry in entries(size):
        writer.add_leaf(entry)
    writer.commit([signing.PlainEd25519Signer("example.org/theirs", private)])
    trusted = {key.public: "example.org/theirs"}
    served = folder.opened(tmp_path / "log", trusted)
    assert folder.check(served) == size
    assert proof.holds(proof.read(proof.made(served, b"entry 0")), b"entry 0", trusted).checkpoint.size == size
    assert folder.append(tmp_path / "log", [b"ours"], key).places == (size,)
    assert Checkpoint.from_text((tmp_path / "log" / "checkpoint").read_text()).size == size + 1
