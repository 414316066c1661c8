package oauth

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"time"
)

const (
	// keyTries is how often the keys are asked for.
	keyTries = 2
	// keyPause is the time between two tries.
	keyPause = 500 * time.Millisecond
	// leastKeyBits is the size of an RSA key that is worth anything.
	// RFC 7518, section 3.3.
	leastKeyBits = 2048
)

// signingKey returns the key that a token names. The keys are asked for each
// time: a login is rare, and a key that has been changed is found.
func (c *Config) signingKey(ctx context.Context, kid string) (*rsa.PublicKey, error) {
	if kid == "" {
		return nil, errors.New("it names no key")
	}
	var set []byte
	err := c.again(ctx, func() (err error) {
		set, err = c.keys(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	key, err := findKey(set, kid)
	if err != nil {
		return nil, &Error{Op: "keys", Status: http.StatusOK, Err: err}
	}
	if key == nil {
		return nil, fmt.Errorf("LinkedIn has no key %.100q", kid)
	}
	return key, nil
}

// again tries once more what may pass.
func (c *Config) again(ctx context.Context, try func() error) error {
	for n := 1; ; n++ {
		err := try()
		var failed *Error
		if n == keyTries || !errors.As(err, &failed) || !failed.Temporary() {
			return err
		}
		if err := pause(ctx, keyPause); err != nil {
			return &Error{Op: "keys", Err: err}
		}
	}
}

// keys gets the key set in one try.
func (c *Config) keys(ctx context.Context) ([]byte, error) {
	client, seen := c.client()
	req, err := http.NewRequestWithContext(valueless{ctx}, http.MethodGet, c.KeysURL, nil)
	if err != nil {
		return nil, &Error{Op: "keys", Err: err}
	}
	resp, err := client.Do(req)
	e := &Error{Op: "keys", Err: err}
	seen.describe(e, c.now())
	if err != nil {
		return nil, e
	}
	defer resp.Body.Close()
	set, err := io.ReadAll(io.LimitReader(resp.Body, longestBody))
	if err != nil || e.Status != http.StatusOK {
		e.Err = err
		return nil, e
	}
	return set, nil
}

// findKey reads the RSA key of that name from a key set; nil when there is
// none. RFC 7517.
func findKey(set []byte, kid string) (*rsa.PublicKey, error) {
	var j struct {
		Keys []struct {
			Kty, Use, Alg, Kid, N, E string
		} `json:"keys"`
	}
	if err := json.Unmarshal(set, &j); err != nil || j.Keys == nil {
		return nil, errors.New("the answer is not a key set")
	}
	for _, k := range j.Keys {
		if k.Kid != kid || k.Kty != "RSA" || k.Use != "" && k.Use != "sig" || k.Alg != "" && k.Alg != "RS256" {
			continue
		}
		n, nErr := base64.RawURLEncoding.DecodeString(k.N)
		e, eErr := base64.RawURLEncoding.DecodeString(k.E)
		key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		if nErr != nil || eErr != nil || len(e) > 4 || key.N.BitLen() < leastKeyBits {
			return nil, fmt.Errorf("the key %.100q cannot be used", kid)
		}
		return key, nil
	}
	return nil, nil
}
