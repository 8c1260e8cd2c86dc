package tensor

import (
	"testing"
	"unsafe"
)

func TestArenaTensorsDoNotOverlap(t *testing.T) {
	var a Arena
	rng := NewRNG(1, 0)
	var all []*Tensor
	for i := range 500 {
		x := a.New(rng.IntN(40), rng.IntN(40))
		x.Fill(Float(i))
		all = append(all, x)
		if x.Len() > 0 && uintptr(unsafe.Pointer(&x.Data[0]))%64 != 0 {
			t.Fatalf("tensor %d is not aligned to a cache line", i)
		}
	}
	big := a.Zeros(3, minBlock)
	all = append(all, big)
	for i, x := range all[:500] {
		for _, v := range x.Data {
			if v != Float(i) {
				t.Fatalf("tensor %d was overwritten with %v", i, v)
			}
		}
	}
}

func TestArenaStartsOverWithoutAllocating(t *testing.T) {
	var a Arena
	x := New(7, 5)
	step := func() {
		a.Reset()
		for range 100 {
			a.New(33, 17)
			a.Like(x)
			a.View(x.Data, 5, 7)
			if z := a.Zeros(9); z.Data[8] != 0 {
				t.Fatal("Zeros is not zero")
			}
		}
		a.New(2, minBlock).Fill(1)
	}
	step()
	bytes := a.Bytes()
	if n := testing.AllocsPerRun(10, step); n != 0 {
		t.Errorf("%v allocations a step", n)
	}
	if a.Bytes() != bytes {
		t.Errorf("the arena grew from %d to %d bytes", bytes, a.Bytes())
	}
}

func TestArenaViewShares(t *testing.T) {
	var a Arena
	data := []Float{1, 2, 3, 4}
	a.View(data, 2, 2).Row(1)[0] = 7
	if data[2] != 7 {
		t.Error("View copied")
	}
}
