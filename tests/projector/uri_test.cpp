// SPDX-License-Identifier: Apache-2.0
#include "projector/uri.hpp"

#include <gmock/gmock.h>

#include "projector/connection.hpp"

namespace carnet {
namespace {

TEST(Uri, IsShownWithoutItsPasswords) {
  const std::pair<const char*, const char*> cases[] = {
      {"postgresql://bob@host/flights", "postgresql://bob@host/flights"},
      {"postgresql:///carnet?host=/var/lib/carnet&port=5432", "postgresql:///carnet?host=/var/lib/carnet&port=5432"},
      {"postgresql://bob:s3cret@host:5433/my%20flights", "postgresql:///my%20flights?user=bob&host=host&port=5433"},
      {"postgresql:///f?user=bob&password=s3cret", "postgresql:///f?user=bob"},
      {"host=/tmp dbname=f password=s3cret", "postgresql:///f?host=/tmp"},
      {"postgresql:///f?sslpassword=s3cret", "postgresql:///f"},
  };
  for (auto [uri, shown] : cases) EXPECT_EQ(without_password(uri), shown);
}

TEST(Uri, ThatIsNoneIsRefusedAndItsPasswordNotShown) {
  for (const char* uri : {"postgres:/bob:s3cret@host/f", "postgresql://bob:s3cret@[host/f", "bob:s3cret@host",
                          "postgresql://bob:%zzs3cret@host/f", "host=h password=s3cret oops",
                          "postgresql:///f?pasword=s3cret&password=s3cret", "nonsense"}) {
    try {
      Connection connection(uri);
      ADD_FAILURE() << uri;
    } catch (const BadUri& error) {
      EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("s3cret"))) << uri;
    } catch (const std::exception& error) {
      ADD_FAILURE() << uri << ": " << error.what();
    }
  }
}

TEST(Uri, ADatabaseThatIsDownIsNamedWithoutItsPassword) {
  try {
    Connection connection("postgresql:///f?host=/nowhere&user=bob&password=s3cret");
    FAIL();
  } catch (const DatabaseDown& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("/nowhere"), testing::Not(testing::HasSubstr("s3cret"))));
  }
}

}  // namespace
}  // namespace carnet
