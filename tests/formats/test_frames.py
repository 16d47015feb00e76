"""lz4 and zstd, unpacked in Python: what the real packers made comes back whole, and nothing hostile gets out."""

import base64
import importlib.util
import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildmark import frames
from guildmark.contents import InMemory, chunks
from guildmark.errors import GuildmarkError, LimitPassed
from guildmark.formats import compressed
from guildmark.frames import Frames
from guildmark.limits import Budget, Limits
from guildmark.lz4 import Lz4, block
from guildmark.zstd import Zstd

LINES = random.Random(3)
TEXT = b"".join(
    b"%d the quick brown fox %d jumps over %d lazy dogs\n" % (number, number * number % 97, LINES.randrange(50))
    for number in range(40)
)
MADE = {
    "lz4": """
        1R_lsXh63I00000004g$0ssL2A}}CyXk{RAb!lU3AYyWFcWxkNZ+IXuAZm4OaC0DUc4cxPF*P7;VS0HWWN&A43NbJM0vItc04Fmy
        FaRGiFaQD>G%x@cG%x@kGcW)G7&$Ni7dS5fA2crj0w^&yFaReqGcf=kH8B7JC^9uM02ni303S9n00J2^VgM&IFk%27H!%PL88pKH
        7&I{eA2=}p0va|X0SHt9A2~4q0vR}k0SHt9A2H<t10OT=00tj1<^cm4GLrxZ!vG&K=K%y6H)8+^G5`<h0Rt#EGBN-sF*aBMA2I9!
        0|_wz88fQ_59|R088avW88ImV5A6X188&19C^0gX01xf~0~t9`0vR-x01xj00~#}q0SPMs5AXp488@W^7&FKKA2RU)0~s;M00}Gs
        A2RX*10OY(00$p3^8o`HIT-^OGWq}?GV=ig88lV`2^s?*GV=ig89BlM7dejsA2Ra+0~s{O015K}A2Ra+10Ok+00<BB0RtH|j{yml
        01xs30~k2!0vI!-1RpZ-0RtH}RRS0?@c|z*@c{!FGJpdZG(-d+Gw}ff890^z2!;Y5Gw=Ze8Z{{a2pj_+Gw=Ze88U_f7&IyYA2aX)
        0~$Cy1qbi}A2aX)0~t0U0vR#K01xm10~s@10T?s^1|Ku<0RtH^WB>{D1|Ku=0R##g0|>_e5Agv62{8Z@F)9I2WN&A43IG5A00
    """,
    "lz4 checked": """
        1R_lsd_cDc00000004CQ0RRC1A}}CyXk{RAb!lU3AYyWFcWxkNZ+IXuAZm4OaC0DUc4cxPF*P7;VS0HWWN&A43NbJM0vItc04Fmy
        FaRGiFaQD>G%x@cG%x@kGcW)G7&$Ni7dS5fA2g2u0~j_i04FjtF#sPmF#rN7GBuF^2x0&qHZcGK88c!4Co?cH03SE<00Rlb02nke
        03SFp00J*IG*kfwA2~4q0vR}k0SHt9A2H<t10OT=00tj1<^cm4GLrxZ!vG&K=K%yCHzolFA2I0x11UE$dIA_WG5`<k0Rss!02wo@
        0uSr~0~s?Y0U0qV0T1l~0~$7!02ned01xf~0~t9`0vR-x01xj011~c(D**=&@BsraH!wv51|Kr<0RtZ~ECB}}GV%cfA2pT$2Ol!?
        0RtL2djkn%01xv411~f*8UqF&GV=ig89BlM7&$Qj5Ay*7FElgr0R|s3^8o`NIh6ni5Ay*7FEucg00s~80RtI0TLB291RpZ-0RtH}
        RRS3@HU$sy0RtH_fCCsbL<Ao*@c{!bI5^`21s^l;0RtK}DFFx^10OT+0RtH_h5{HgDghre@BsraI62w`1s^l;0RtK~;{yrD01waw
        1PZYO2n_`vGw=ZeA2IX>2Ol%>0R##g0|+qy5Agv62{8Z@F)9I2WN&A43WsGkRsaA10K<U6Vg
    """,
    "lz4 old": """
        0wGKo76JeO{~|CTbZBKDadl~9Yan8BZ+C7WW^Z^PFd%AmZE$lSZ+2yJATc!{Y+-tNAY^Z6a|$sq00I~>FaRerH!uJnGB5xF88k2e
        7c?*cA2Toj0vI_k02eqf03S3j00Jm6HZTAuGBYs%A2l%m0w^*yF#s4dVgMgDF#rM?GhzTIGcaNRA2%@o0vR;J02nke03SFp00J5|
        BmoFi0UtRr00J2}g#idu0Ut5t0Rta1^Z*7QG3EgS88VXq2*Us$G3NmU88>492{Hf==>Y>MH!?B+Cowiy0Ut5!0Rss!02wo@0uSr~
        0~s?Y0U0qV0T1l~0~t1C04Omsl>iU!0RtI1Py!h=mH-d$0RtK{jsXcP0T1v20~t4^0~j;N03R~(0RtH^$N&i}0Ut8*0Rta3mH-DI
        GV=ig895mP7&7_*A2Ra+0~s_{0tp%eA2Ra+0~tBO0T(%s0Ut8+0RtH{#{dcQ0Ut8+0Rta7l>i72^8o`HHID%al>iU&0RtE~>H-)u
        qy!%_@c{!FHdO)`GVuW)Gw}ff88Uza7&Jr#A2aa*0~t7$00@QxA2aX)0~$3c0SFueA2aX)0~s=g0vI$Z0UtB)0RtL1JOu~v0UtB)
        0RtH}Ap#jO#{duT0RtH`Tmcv~0R|s4@BsrEF=PM<^adX@@c{%18v_W(01xp21PL(!6EP|QP-Jgsa|!
    """,
    "zstd 1": """
        D77#BWVZ$#2mpeNAsT>9wE+MELGVxBpg;gm8Btwi_s%2_VN*$+S+m>o%Qmf5;+;hHPe%0p$W%r~oTB-Y{L22n$&$uZD(cWZmt!02
        l}9zJt9&b+eWiL@%<~POzcCxSs7%&l`loXX;4oki2t`G}f>fokh+v4rf#H!LBNL1QX^>zv1Vmu~;qf4g0|=RQsBxIS|95aRq|E^l
        e8{FGHg`(PXW65;^t&+{cnwi$7U1^n(n9#7;#_*@iHR{mPku_AtOjO;?<oj-vD39kcrl_A#)di%nu2~VFAMR?aNgIV3R5-Jw-^l;
        3+d~)n-fm8uDY28E6Z=#NE*)MlCE%AFgoUrs#s53fB
    """,
    "zstd 19": """
        D77#BWVZ%22LOVNBN<>%+Mj$fE}v+ki7kpMklnpAMK>@c0|5?&Yp9y8O8ptB3h%35GuwYgs+CV8-wxMSUAm-y@#Wvvp8op`*T`3A
        MRv+1+j_rEGsIW<&d0K}^G3HSQ<d&fzfVG=`s{32*Y$7dDuCqB5Dq32V4SNHDO8#xc{C`BL+8>Mj>FPK1ZOcwP#~v(m>ddos3C-3
        |L>434F?f?1!>~(IW79n9m8kPg@+kx1c~`ITzjtT;0Sf$dHMtEpRfAUA6SG21kyQ-ve#96+!e^;s=i8{vS#NBbeUHfvn9cFj#=(1
        SWjDk
    """,
    "zstd run": """
        D77#BV7LlR000mG0098A^8pq
    """,
    "zstd unsized": """
        D77#B00^B30HTW^9AHh-2CrqKjlfp|jH_ddq6%bp_fE;cQV;}s0$KapJJs#2)f4Gy|3p6GkIr|Qk4TErr^+<Z%a-=5u1Wq_RC%sh
        Uv;wjdUf%nm}E#vN9=|#*KLG(BHvp8hCv}1ii&`Rsm|hvD8q1IXe11oiBd2P5@jJU3Ihm@hdB-)h6Ht}v82BLcR*uCWCsy^hQ=n=
        -Aq*m(4$=XR-@%(LKG_(_~5D9f%_u}68$9nLiVR`J|!ZF+`-W?(D?RXOiC|C?0?#k@SoN*xnM7QOB6kcNQwM#SyUG^eu~B7uPof6
        J;lmr$4_}^C-us^-hz-ma>Y#|;v&3yA$+PR1W~EpP$o$}WdzGPjQP|m
    """,
}
"""By zstandard 0.25 and lz4 4.4, in base 85."""
SKIPPED = b"\x53\x2a\x4d\x18\x03\0\0\0abc"


def made(name: str) -> bytes:
    return base64.b85decode("".join(MADE[name].split()))


def unpacker(name: str) -> type[Frames]:
    return Zstd if name.startswith("zstd") else Lz4


@pytest.mark.parametrize("name", MADE)
def test_what_the_real_packers_made_comes_back(name):
    wanted = bytes(3000) if name == "zstd run" else TEXT
    (member,) = compressed.members(InMemory(made(name)), Budget(Limits()))
    assert b"".join(chunks(member.contents)) == wanted
    assert list(compressed.faults(InMemory(made(name)))) == []


@pytest.mark.parametrize("name", MADE)
def test_frames_that_follow_one_another_and_frames_to_skip_are_read(name):
    data = SKIPPED + made(name) + SKIPPED + made(name)
    wanted = bytes(6000) if name == "zstd run" else TEXT + TEXT
    assert compressed.recognises(InMemory(data))
    unpacked = unpacker(name)(InMemory(data))
    assert b"".join(unpacked) == wanted
    assert unpacked.broken == ""


@pytest.mark.parametrize("name", MADE)
def test_what_follows_and_what_is_missing_is_told(name):
    unpacked = unpacker(name)(InMemory(made(name)[:-7]))
    assert TEXT.startswith(b"".join(unpacked)) or name == "zstd run"
    assert unpacked.broken
    if name != "lz4 old":
        unpacked = unpacker(name)(InMemory(made(name) + b"payload"))
        list(unpacked)
        assert unpacked.broken == "7 bytes follow the packed ones"


def test_a_frame_that_needs_a_dictionary_is_left_unread():
    for data in (b"\x28\xb5\x2f\xfd\x21\x07\x05", b"\x04\x22\x4d\x18\x41\x40" + bytes(20)):
        assert compressed.recognises(InMemory(data))
        (member,) = compressed.members(InMemory(data), Budget(Limits()))
        assert "dictionary" in member.unread


def test_what_repeats_without_end_passes_a_limit(monkeypatch):
    """A block of a run is four bytes and gives 128 KiB; the sum is bounded."""
    monkeypatch.setattr(frames, "MOST_UNPACKED", 1 << 18)
    run = (0b10 | 1 << 17 << 3).to_bytes(3, "little") + b"x"
    with pytest.raises(LimitPassed):
        list(Zstd(InMemory(b"\x28\xb5\x2f\xfd\x00\x50" + run * 3)))


@given(st.binary(max_size=60), st.binary(max_size=20))
def test_arbitrary_blocks_give_bounded_bytes_or_a_value_error(data, history):
    with suppress(ValueError):
        assert len(block(data, history, 1000)) <= 1000


@given(st.sampled_from(sorted(MADE)), st.data())
def test_damaged_frames_raise_no_foreign_error(name, draw):
    data = bytearray(made(name))
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(4, len(data) - 1))] = draw.draw(st.integers(0, 255))
    with suppress(GuildmarkError):
        list(unpacker(name)(InMemory(bytes(data))))


@pytest.mark.skipif(importlib.util.find_spec("compression") is None, reason="Python 3.14 brings it")
@given(st.binary(max_size=2000), st.integers(1, 19))
def test_the_standard_library_packs_what_is_read_here(data, level):
    packed = importlib.import_module("compression.zstd").compress(data * 9, level)
    assert b"".join(Zstd(InMemory(packed))) == data * 9
