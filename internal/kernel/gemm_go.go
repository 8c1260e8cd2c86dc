package kernel

// gemmGo computes rows lo..hi of c anywhere.
func gemmGo(j gemmJob, lo, hi int) {
	n, k := j.n, j.k
	for i := lo; i < hi; i++ {
		row := j.c[i*j.ldc : i*j.ldc+n]
		switch {
		case j.e.Accumulate && j.e.Bias != nil:
			addGo(row, j.e.Bias)
		case j.e.Accumulate:
		case j.e.Bias != nil:
			copy(row, j.e.Bias)
		default:
			clear(row)
		}
	}
	switch {
	case k == 0:
	case j.op == NN:
		gemmN(lo, hi, n, k, j.a, j.lda, 1, j.b, j.ldb, j.c, j.ldc)
	case j.op == TN:
		gemmN(lo, hi, n, k, j.a, 1, j.lda, j.b, j.ldb, j.c, j.ldc)
	case j.op == NT:
		gemmT(lo, hi, n, k, j.a, j.lda, j.b, j.ldb, j.c, j.ldc)
	}
	if j.e.ReLU {
		for i := lo; i < hi; i++ {
			row := j.c[i*j.ldc : i*j.ldc+n]
			for q, v := range row {
				row[q] = max(v, 0)
			}
		}
	}
}

// gemmN adds to rows lo..hi of c the product with a row-major b. Element (i,p)
// of the left operand is a[i*ra+p*ca], which serves NN and TN alike. It works
// in tiles of two rows by four columns held in registers: eight sums, four
// values of b, one of a.
func gemmN(lo, hi, n, k int, a []Float, ra, ca int, b []Float, ldb int, c []Float, ldc int) {
	i := lo
	for ; i+2 <= hi; i += 2 {
		c0 := c[i*ldc : i*ldc+n]
		c1 := c[(i+1)*ldc : (i+1)*ldc+n]
		j := 0
		for ; j+4 <= n; j += 4 {
			u, v := c0[j:j+4:j+4], c1[j:j+4:j+4]
			s00, s01, s02, s03 := u[0], u[1], u[2], u[3]
			s10, s11, s12, s13 := v[0], v[1], v[2], v[3]
			pa, pa1, pb := i*ra, (i+1)*ra, j
			for range k {
				q := b[pb : pb+4 : pb+4]
				x, y := a[pa], a[pa1]
				s00 += x * q[0]
				s10 += y * q[0]
				s01 += x * q[1]
				s11 += y * q[1]
				s02 += x * q[2]
				s12 += y * q[2]
				s03 += x * q[3]
				s13 += y * q[3]
				pa += ca
				pa1 += ca
				pb += ldb
			}
			u[0], u[1], u[2], u[3] = s00, s01, s02, s03
			v[0], v[1], v[2], v[3] = s10, s11, s12, s13
		}
		for ; j < n; j++ {
			s0, s1 := c0[j], c1[j]
			pa, pa1, pb := i*ra, (i+1)*ra, j
			for range k {
				q := b[pb]
				s0 += a[pa] * q
				s1 += a[pa1] * q
				pa += ca
				pa1 += ca
				pb += ldb
			}
			c0[j], c1[j] = s0, s1
		}
	}
	for ; i < hi; i++ {
		c0 := c[i*ldc : i*ldc+n]
		j := 0
		for ; j+4 <= n; j += 4 {
			u := c0[j : j+4 : j+4]
			s0, s1, s2, s3 := u[0], u[1], u[2], u[3]
			pa, pb := i*ra, j
			for range k {
				q := b[pb : pb+4 : pb+4]
				x := a[pa]
				s0 += x * q[0]
				s1 += x * q[1]
				s2 += x * q[2]
				s3 += x * q[3]
				pa += ca
				pb += ldb
			}
			u[0], u[1], u[2], u[3] = s0, s1, s2, s3
		}
		for ; j < n; j++ {
			s := c0[j]
			pa, pb := i*ra, j
			for range k {
				s += a[pa] * b[pb]
				pa += ca
				pb += ldb
			}
			c0[j] = s
		}
	}
}

// gemmT adds to rows lo..hi of c the product with a transposed b: every element
// is a dot product of two contiguous rows.
func gemmT(lo, hi, n, k int, a []Float, lda int, b []Float, ldb int, c []Float, ldc int) {
	i := lo
	for ; i+2 <= hi; i += 2 {
		a0 := a[i*lda : i*lda+k]
		a1 := a[(i+1)*lda : (i+1)*lda+k][:len(a0)]
		c0 := c[i*ldc : i*ldc+n]
		c1 := c[(i+1)*ldc : (i+1)*ldc+n]
		j := 0
		for ; j+4 <= n; j += 4 {
			b0 := b[j*ldb : j*ldb+k][:len(a0)]
			b1 := b[(j+1)*ldb : (j+1)*ldb+k][:len(a0)]
			b2 := b[(j+2)*ldb : (j+2)*ldb+k][:len(a0)]
			b3 := b[(j+3)*ldb : (j+3)*ldb+k][:len(a0)]
			u, v := c0[j:j+4:j+4], c1[j:j+4:j+4]
			s00, s01, s02, s03 := u[0], u[1], u[2], u[3]
			s10, s11, s12, s13 := v[0], v[1], v[2], v[3]
			for p, x := range a0 {
				y := a1[p]
				q := b0[p]
				s00 += x * q
				s10 += y * q
				q = b1[p]
				s01 += x * q
				s11 += y * q
				q = b2[p]
				s02 += x * q
				s12 += y * q
				q = b3[p]
				s03 += x * q
				s13 += y * q
			}
			u[0], u[1], u[2], u[3] = s00, s01, s02, s03
			v[0], v[1], v[2], v[3] = s10, s11, s12, s13
		}
		for ; j < n; j++ {
			c0[j] = dotFrom(c0[j], a0, b[j*ldb:])
			c1[j] = dotFrom(c1[j], a1, b[j*ldb:])
		}
	}
	for ; i < hi; i++ {
		a0 := a[i*lda : i*lda+k]
		for j := range n {
			c[i*ldc+j] = dotFrom(c[i*ldc+j], a0, b[j*ldb:])
		}
	}
}

// dotFrom adds the products of a and b to s in ascending order.
func dotFrom(s Float, a, b []Float) Float {
	b = b[:len(a)]
	for p, x := range a {
		s += x * b[p]
	}
	return s
}
