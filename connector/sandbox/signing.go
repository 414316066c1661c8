package sandbox

import (
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/big"
	"sync"
)

// signingKey is the key of the id tokens. It is no secret: anybody can compute it, as it signs for
// invented people only. Looking for random primes would take up to a second, and every process that
// signs in once would wait for it; these two are known to follow their starting points closely.
var signingKey = sync.OnceValue(func() *rsa.PrivateKey {
	p, q := primeAfter("linkstep sandbox p", 112), primeAfter("linkstep sandbox q", 1732)
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	const exponent = 65537
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: exponent},
		D:         new(big.Int).ModInverse(big.NewInt(exponent), phi),
		Primes:    []*big.Int{p, q},
	}
	key.Precompute()
	return key
})

// primeAfter returns the prime that lies so far after a number of 1024 bits, which is made from the
// label.
func primeAfter(label string, distance int64) *big.Int {
	var digits []byte
	for i := range 4 {
		sum := sha256.Sum256(fmt.Append(nil, label, " ", i))
		digits = append(digits, sum[:]...)
	}
	digits[0] |= 0xc0 // the product of two has 2048 bits
	digits[len(digits)-1] |= 1
	n := new(big.Int).SetBytes(digits)
	return n.Add(n, big.NewInt(distance))
}

// keyID names the key in tokens and in the key set.
func keyID() string {
	sum := sha256.Sum256(signingKey().N.Bytes())
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}
